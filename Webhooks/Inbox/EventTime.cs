using System.Buffers.Binary;

namespace ProdReady.Webhooks.Inbox;

/// <summary>The time of receipt that an event's id carries, which tells Postgres the one partition to look into.</summary>
internal static class EventTime
{
    private static readonly TimeSpan Precision = TimeSpan.FromMilliseconds(1);

    /// <summary>From when, and until before when, an event with this id was received; RFC 9562, section 5.7.</summary>
    public static (DateTimeOffset From, DateTimeOffset Before) Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = Math.Min(
            BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - 1);
        var from = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return (from, from + Precision);
    }
}
