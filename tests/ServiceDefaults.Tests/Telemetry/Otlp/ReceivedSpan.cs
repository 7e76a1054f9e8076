using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

/// <summary>A span as it arrived.</summary>
public sealed record ReceivedSpan(
    string TraceId, string Id, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes)
{
    public const int Server = 2;
    public const int Client = 3;

    /// <summary>The spans of an <c>ExportTraceServiceRequest</c>.</summary>
    internal static IEnumerable<ReceivedSpan> Read(byte[] request) =>
        from resource in ProtobufReader.All(request, 1)
        from scope in ProtobufReader.All(resource, 2)
        from span in ProtobufReader.All(scope, 2)
        select new ReceivedSpan(
            ProtobufReader.Hex(span, 1),
            ProtobufReader.Hex(span, 2),
            ProtobufReader.Hex(span, 4),
            ProtobufReader.Text(span, 5),
            ProtobufReader.All(span, 6).FirstOrDefault()?[0] ?? 0,
            ReadAttributes(ProtobufReader.All(span, 9)));

    /// <summary>The attributes of the first resource of any signal's request.</summary>
    internal static IReadOnlyDictionary<string, string> ReadResource(byte[] request) =>
        ReadAttributes(ProtobufReader.All(ProtobufReader.All(ProtobufReader.All(request, 1).First(), 1).First(), 1));

    private static Dictionary<string, string> ReadAttributes(IEnumerable<byte[]> pairs) => pairs.ToDictionary(
        pair => ProtobufReader.Text(pair, 1),
        pair => ReadValue(ProtobufReader.All(pair, 2).FirstOrDefault() ?? []));

    private static string ReadValue(byte[] any)
    {
        var (number, value) = ProtobufReader.Fields(any).FirstOrDefault();
        return number == 3
            ? BinaryPrimitives.ReadInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture)
            : Encoding.UTF8.GetString(value ?? []);
    }
}
