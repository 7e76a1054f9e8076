using OpenTelemetry.Exporter;
using ProdReady.ServiceDefaults.Telemetry.Otlp;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

public sealed class OtlpOptionsTests
{
    [Fact]
    public void Nothing_at_all_is_valid_and_exports_nothing()
    {
        Assert.Empty(Failures([]));
        Assert.DoesNotContain(OtlpSignal.All, signal => signal.IsExported(Configuration([])));
    }

    [Fact]
    public void Every_value_that_cannot_be_used_is_reported_once_and_no_header_is_shown() => Assert.Equal(
        [
            "OTEL_TRACES_EXPORTER is 'zipkin'; it must be otlp or none. Example: otlp",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an absolute http or https address. Example: http://localhost:4317",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is 'http/json'; it must be grpc or http/protobuf. Example: grpc",
            "OTEL_EXPORTER_OTLP_HEADERS is not a list of key=value pairs. Example: api-key=secret,tenant=shop",
            "OTEL_EXPORTER_OTLP_TIMEOUT is '10s'; it must be a number of milliseconds. Example: 10000",
            "OTEL_EXPORTER_OTLP_COMPRESSION is 'zstd'; it must be gzip or none. Example: gzip",
            "OTEL_EXPORTER_OTLP_ENDPOINT is not an absolute http or https address. Example: http://localhost:4317",
        ],
        Failures(new()
        {
            ["OTEL_TRACES_EXPORTER"] = "zipkin",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "localhost:4317",
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "/v1/traces",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/json",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "a=b,hunter2",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "10s",
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "zstd",
        }));

    [Theory]
    [InlineData("http://collector:4318", "http/protobuf", "http://collector:4318/v1/traces")]
    [InlineData("http://collector:4318/otlp/", "http/protobuf", "http://collector:4318/otlp/v1/traces")]
    [InlineData("http://collector:4317", "grpc", "http://collector:4317/")]
    [InlineData("http://collector:4317", null, "http://collector:4317/")]
    public void The_general_endpoint_is_the_base_of_each_signals(string endpoint, string? protocol, string expected)
    {
        var exporter = Exporter(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            // Compose files pass unset variables as empty ones
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = " ",
        });

        Assert.Equal(expected, exporter.Endpoint.ToString());
    }

    [Fact]
    public void A_signals_own_variables_win_and_its_endpoint_is_used_as_it_is()
    {
        var exporter = Exporter(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://general:4317",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "a=general",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1000",
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "https://own/take",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "a=own",
            ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"] = "2000",
            ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"] = "gzip",
        });

        Assert.Equal(
            ("https://own/take", OtlpExportProtocol.HttpProtobuf, "a=own", 2000, OtlpExportCompression.GZip),
            (exporter.Endpoint.ToString(), exporter.Protocol, exporter.Headers, exporter.TimeoutMilliseconds, exporter.Compression));
    }

    private static OtlpExporterOptions Exporter(Dictionary<string, string?> settings)
    {
        var exporter = new OtlpExporterOptions();
        OtlpSignal.Traces.Configure(Configuration(settings), exporter);
        return exporter;
    }

    private static IEnumerable<string> Failures(Dictionary<string, string?> settings) =>
        new ValidateOtlpOptions(Configuration(settings)).Validate(null, new()).Failures ?? [];

    private static IConfiguration Configuration(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
}
