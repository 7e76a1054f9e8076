using System.Buffers.Binary;
using System.Text;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

/// <summary>As much of protobuf's wire format as an OTLP message needs.</summary>
internal static class ProtobufReader
{
    /// <summary>The message's fields in order: their number, and their bytes (a number in little-endian form).</summary>
    public static IEnumerable<(int Number, byte[] Value)> Fields(byte[] message)
    {
        var offset = 0;
        while (offset < message.Length)
        {
            var tag = Varint(message, ref offset);
            var length = (int)(tag & 7) switch
            {
                0 => -1,
                1 => 8,
                2 => (int)Varint(message, ref offset),
                5 => 4,
                var type => throw new InvalidDataException($"Wire type {type}"),
            };
            if (length >= 0)
            {
                yield return ((int)(tag >> 3), message[offset..(offset + length)]);
                offset += length;
                continue;
            }

            var number = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(number, Varint(message, ref offset));
            yield return ((int)(tag >> 3), number);
        }
    }

    /// <summary>All values of one field.</summary>
    public static IEnumerable<byte[]> All(byte[] message, int number) =>
        Fields(message).Where(field => field.Number == number).Select(field => field.Value);

    /// <summary>A text field, empty if it is not there.</summary>
    public static string Text(byte[] message, int number) => Encoding.UTF8.GetString(All(message, number).FirstOrDefault() ?? []);

    /// <summary>A bytes field in hexadecimal digits, empty if it is not there.</summary>
    public static string Hex(byte[] message, int number) => Convert.ToHexStringLower(All(message, number).FirstOrDefault() ?? []);

    private static ulong Varint(byte[] message, ref int offset)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[offset++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
