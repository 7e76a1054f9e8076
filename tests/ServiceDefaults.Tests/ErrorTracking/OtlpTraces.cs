using System.Text;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>A span as it was exported.</summary>
public sealed record ExportedSpan(string TraceId, string Name);

/// <summary>Reads the spans out of an OTLP ExportTraceServiceRequest: protobuf, by field numbers.</summary>
internal static class OtlpTraces
{
    private const int ResourceSpans = 1;
    private const int ScopeSpans = 2;
    private const int Spans = 2;
    private const int TraceId = 1;
    private const int Name = 5;

    public static List<ExportedSpan> Parse(ReadOnlyMemory<byte> request)
    {
        var spans = new List<ExportedSpan>();
        foreach (var resource in Fields(request, ResourceSpans))
        {
            foreach (var scope in Fields(resource, ScopeSpans))
            {
                foreach (var span in Fields(scope, Spans))
                {
                    spans.Add(new(
                        Convert.ToHexStringLower(Fields(span, TraceId).Single().Span),
                        Encoding.UTF8.GetString(Fields(span, Name).Single().Span)));
                }
            }
        }

        return spans;
    }

    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        while (!message.IsEmpty)
        {
            var tag = ReadVarint(ref message);
            var length = (tag & 7) switch
            {
                0 => VarintLength(message),
                1 => 8,
                2 => (int)ReadVarint(ref message),
                5 => 4,
                var type => throw new FormatException($"There is no wire type {type}."),
            };
            if (tag >> 3 == (ulong)number)
            {
                found.Add(message[..length]);
            }

            message = message[length..];
        }

        return found;
    }

    private static int VarintLength(ReadOnlyMemory<byte> message)
    {
        var rest = message;
        ReadVarint(ref rest);
        return message.Length - rest.Length;
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var index = 0; ; index++)
        {
            var part = message.Span[index];
            value |= (ulong)(part & 0x7F) << (7 * index);
            if (part < 0x80)
            {
                message = message[(index + 1)..];
                return value;
            }
        }
    }
}
