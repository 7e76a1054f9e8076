using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Webhooks.Inbox;

/// <summary>
/// By what an event is recognised when it comes again: half of a SHA-256 hash, that is 128 bits. Only who can sign for a
/// source can look for two events with the same key, and would have to try 2^64 of them.
/// </summary>
internal static class EventKey
{
    /// <summary>The key by the sender's id, where the signature covers it.</summary>
    public static Guid OfId(string source, string eventId) => Of(source, "id", Encoding.UTF8.GetBytes(eventId));

    /// <summary>
    /// The key by the bytes, where there is no id that the signature covers: with an id of one's own choice, a captured request
    /// would be a new event as often as one likes.
    /// </summary>
    public static Guid OfBody(string source, ReadOnlySpan<byte> sha256) => Of(source, "body", sha256);

    /// <summary>The key by the bytes and the type, where the same bytes come under several types.</summary>
    public static Guid OfBody(string source, ReadOnlySpan<byte> sha256, string type) =>
        Of(source, "typed-body", [.. sha256, .. Encoding.UTF8.GetBytes(type)]);

    /// <summary>The key of an id that the signature does not cover.</summary>
    public static Guid OfUnsignedId(string source, string eventId) => Of(source, "unsigned-id", Encoding.UTF8.GetBytes(eventId));

    /// <remarks>No source's name has a line break in it. The migration makes the same keys.</remarks>
    private static Guid Of(string source, string kind, ReadOnlySpan<byte> value)
    {
        var prefix = Encoding.UTF8.GetBytes($"{source}\n{kind}\n");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. prefix, .. value], hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
