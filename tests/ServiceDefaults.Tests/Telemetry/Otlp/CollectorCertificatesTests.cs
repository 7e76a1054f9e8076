using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using ProdReady.ServiceDefaults.Telemetry.Otlp;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

/// <summary>An authority that no system knows, a collector that it certified, and a service that it certified.</summary>
[Collection(nameof(TelemetryCollection))]
public sealed class CollectorCertificatesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("prodready-tls-");
    private readonly RecordedLogs _logs = new();
    private X509Certificate2 _authority = null!;
    private Collector _collector = null!;

    public async ValueTask InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
        Write("authority.pem", _authority.ExportCertificatePem());
        using (var service = Certify("CN=gateway"))
        {
            Write("service.pem", service.ExportCertificatePem());
            Write("service.key", service.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        _collector = await Collector.StartAsync(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = Certify("CN=collector"),
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == _authority.Subject,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("grpc", false, null)]
    [InlineData("http/protobuf", false, null)]
    [InlineData("grpc", true, "CN=gateway")]
    [InlineData("http/protobuf", true, "CN=gateway")]
    public async Task Its_authority_is_trusted_and_it_sees_this_services_certificate(string protocol, bool own, string? seen)
    {
        await using var service = await StartAsync(protocol, new()
        {
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = FileOf("authority.pem"),
            ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = own ? FileOf("service.pem") : null,
            ["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = own ? FileOf("service.key") : null,
        });

        var exports = await Eventually.ReadAsync(
            async () =>
            {
                await service.GetAsync("/fine");
                return _collector.Exports.ToList();
            },
            exports => exports.DistinctBy(export => export.Path).Count() == 3);

        Assert.All(exports, export => Assert.Equal(seen, export.Client));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task An_authority_that_nobody_named_is_not_trusted_and_one_line_a_signal_says_so(string protocol)
    {
        await using var service = await StartAsync(protocol, []);

        var lines = await Eventually.ReadAsync(
            async () =>
            {
                await service.GetAsync("/fine");
                return _logs.Of<CollectorClients>();
            },
            lines => lines.Count == 3);

        Assert.All(lines, line => Assert.Contains("The SSL connection could not be established", line.Text, StringComparison.Ordinal));
        Assert.Empty(_collector.Exports);
    }

    [Fact]
    public void A_file_that_cannot_be_used_stops_the_start_with_a_sentence()
    {
        Write("empty.pem", "nothing");

        Assert.Equal(
            [
                $"OTEL_EXPORTER_OTLP_CERTIFICATE: {FileOf("empty.pem")} holds no certificate in PEM",
                "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY belong together: the files of this service's certificate and of its key. Set both, or neither",
            ],
            Failures(new()
            {
                ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = FileOf("empty.pem"),
                ["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = FileOf("service.key"),
            }));
        Assert.Equal(
            [
                $"OTEL_EXPORTER_OTLP_CERTIFICATE: Could not find file '{FileOf("none.pem")}'.",
                $"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY: Could not find file '{FileOf("none.key")}'.",
            ],
            Failures(new()
            {
                ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = FileOf("none.pem"),
                ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = FileOf("service.pem"),
                ["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = FileOf("none.key"),
            }));
    }

    private static IEnumerable<string> Failures(Dictionary<string, string?> settings) =>
        new ValidateOtlpOptions(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Validate(null, new()).Failures ?? [];

    private Task<ServiceApp> StartAsync(string protocol, Dictionary<string, string?> settings) => ServiceApp.StartAsync(
        new(settings)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? _collector.GrpcUrl : _collector.HttpUrl,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        },
        builder => builder.Logging.AddProvider(_logs),
        app => app.MapGet("/fine", (ILogger<CollectorCertificatesTests> logger) =>
        {
#pragma warning disable CA1848 // one line in a test
            logger.LogInformation("Fine");
#pragma warning restore CA1848
            return "fine";
        }));

    private X509Certificate2 Certify(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            _authority, Now.AddHours(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private void Write(string name, string text) => File.WriteAllText(FileOf(name), text);

    private string FileOf(string name) => Path.Combine(_directory.FullName, name);
}
