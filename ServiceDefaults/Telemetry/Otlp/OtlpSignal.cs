using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;

namespace ProdReady.ServiceDefaults.Telemetry.Otlp;

/// <summary>
/// A signal's export by the standard variables of the
/// <see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">OTLP exporter specification</see>: its own ones
/// first, then the general ones. The SDK reads the general ones alone when each signal has an exporter of its own.
/// </summary>
internal sealed class OtlpSignal(string name, string httpPath)
{
    public static readonly OtlpSignal Traces = new("TRACES", "v1/traces");
    public static readonly OtlpSignal Metrics = new("METRICS", "v1/metrics");
    public static readonly OtlpSignal Logs = new("LOGS", "v1/logs");

    public static IReadOnlyList<OtlpSignal> All { get; } = [Traces, Metrics, Logs];

    /// <summary>The signal's name for people.</summary>
    public string Name { get; } = name.ToLowerInvariant();

    /// <summary>The variable that can switch the signal's export off.</summary>
    public string ExporterVariable => $"OTEL_{name}_EXPORTER";

    /// <summary>Whether an endpoint is set, its own or the general one, and the export is not switched off.</summary>
    public bool IsExported(IConfiguration configuration) =>
        !IsOff(configuration)
        && Read(configuration, "ENDPOINT").Value is { } endpoint
        && TryParseEndpoint(endpoint, out _);

    /// <summary>Whether <c>OTEL_{SIGNAL}_EXPORTER</c> is <c>none</c>.</summary>
    public bool IsOff(IConfiguration configuration) =>
        string.Equals(configuration[ExporterVariable]?.Trim(), "none", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a setting of the exporter, with the name of the variable that it came from.</summary>
    public OtlpSetting Read(IConfiguration configuration, string setting)
    {
        var own = $"OTEL_EXPORTER_OTLP_{name}_{setting}";
        var general = $"OTEL_EXPORTER_OTLP_{setting}";
        return Value(own) is { } value ? new(own, value, IsOwn: true) : new(general, Value(general), IsOwn: false);

        // Compose files pass unset variables as empty ones
        string? Value(string variable) =>
            configuration[variable] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
    }

    public void Configure(IConfiguration configuration, OtlpExporterOptions options)
    {
        options.Protocol = Read(configuration, "PROTOCOL").Value is { } protocol && TryParseProtocol(protocol, out var parsed)
            ? parsed
            : OtlpExportProtocol.Grpc;
        var endpoint = Read(configuration, "ENDPOINT");
        if (endpoint.Value is { } address && TryParseEndpoint(address, out var uri))
        {
            // A signal's own endpoint is used as it is; the general one is the base that each signal's path is added to
            options.Endpoint = endpoint.IsOwn || options.Protocol == OtlpExportProtocol.Grpc ? uri : Append(uri, httpPath);
        }

        options.Headers = Read(configuration, "HEADERS").Value ?? options.Headers;
        if (int.TryParse(Read(configuration, "TIMEOUT").Value, NumberStyles.None, CultureInfo.InvariantCulture, out var timeout))
        {
            options.TimeoutMilliseconds = timeout;
        }

        if (Enum.TryParse<OtlpExportCompression>(Read(configuration, "COMPRESSION").Value, ignoreCase: true, out var compression))
        {
            options.Compression = compression;
        }
    }

    public static bool TryParseEndpoint(string value, out Uri endpoint) =>
        Uri.TryCreate(value, UriKind.Absolute, out endpoint!) && endpoint.Scheme is "http" or "https";

    public static bool TryParseProtocol(string value, out OtlpExportProtocol protocol)
    {
        protocol = value == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        return value is "grpc" or "http/protobuf";
    }

    private static Uri Append(Uri endpoint, string path) =>
        new UriBuilder(endpoint) { Path = $"{endpoint.AbsolutePath.TrimEnd('/')}/{path}" }.Uri;
}

/// <summary>A setting and the variable that it was read from.</summary>
internal readonly record struct OtlpSetting(string Variable, string? Value, bool IsOwn);
