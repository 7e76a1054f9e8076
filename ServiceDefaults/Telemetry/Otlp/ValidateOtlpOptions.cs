using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;

namespace ProdReady.ServiceDefaults.Telemetry.Otlp;

/// <summary>Stands for the <c>OTEL_*</c> variables, which keep their flat names, so that they are validated at start.</summary>
internal sealed class OtlpOptions;

/// <summary>The SDK passes over a value that it cannot read and exports to its defaults; here it stops the start.</summary>
internal sealed class ValidateOtlpOptions(IConfiguration configuration) : IValidateOptions<OtlpOptions>
{
    public ValidateOptionsResult Validate(string? name, OtlpOptions options)
    {
        // Distinct: a general variable is every signal's
        var failures = OtlpSignal.All.SelectMany(OfSignal).Distinct().ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private IEnumerable<string> OfSignal(OtlpSignal signal)
    {
        if (configuration[signal.ExporterVariable]?.Trim() is { Length: > 0 } exporter
            && exporter.ToLowerInvariant() is not ("otlp" or "none"))
        {
            yield return $"{signal.ExporterVariable} is '{exporter}'; it must be otlp or none. Example: otlp";
        }

        var endpoint = signal.Read(configuration, "ENDPOINT");
        if (endpoint.Value is { } address && !OtlpSignal.TryParseEndpoint(address, out _))
        {
            yield return $"{endpoint.Variable} is not an absolute http or https address. Example: http://localhost:4317";
        }

        var protocol = signal.Read(configuration, "PROTOCOL");
        if (protocol.Value is { } value && !OtlpSignal.TryParseProtocol(value, out _))
        {
            yield return $"{protocol.Variable} is '{value}'; it must be grpc or http/protobuf. Example: grpc";
        }

        // Never the value: it holds the collector's credentials
        var headers = signal.Read(configuration, "HEADERS");
        if (headers.Value?.Split(',').Any(pair => pair.IndexOf('=', StringComparison.Ordinal) < 1) == true)
        {
            yield return $"{headers.Variable} is not a list of key=value pairs. Example: api-key=secret,tenant=shop";
        }

        var timeout = signal.Read(configuration, "TIMEOUT");
        if (timeout.Value is { } milliseconds
            && (!int.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0))
        {
            yield return $"{timeout.Variable} is '{milliseconds}'; it must be a number of milliseconds. Example: 10000";
        }

        var compression = signal.Read(configuration, "COMPRESSION");
        if (compression.Value is { } kind
            && !Enum.GetNames<OtlpExportCompression>().Contains(kind, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{compression.Variable} is '{kind}'; it must be gzip or none. Example: gzip";
        }

        foreach (var failure in CollectorCertificates.Failures(signal, configuration))
        {
            yield return failure;
        }
    }
}
