using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace ProdReady.ServiceDefaults.Telemetry.Otlp;

/// <summary>
/// The PEM files of the
/// <see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">OTLP exporter specification</see>: the collector's
/// authority, in place of the system's, and this service's own certificate with its key, for a collector that asks for one.
/// They are read at start.
/// </summary>
internal static class CollectorCertificates
{
    /// <summary>What the connection to the collector is made with.</summary>
    public static SslClientAuthenticationOptions Read(OtlpSignal signal, IConfiguration configuration)
    {
        var options = new SslClientAuthenticationOptions();
        if (signal.Read(configuration, "CERTIFICATE").Value is { } authority)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(All(authority));
            options.CertificateChainPolicy = policy;
        }

        if (signal.Read(configuration, "CLIENT_CERTIFICATE").Value is { } certificate
            && signal.Read(configuration, "CLIENT_KEY").Value is { } key)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(WithKey(certificate, key), All(certificate), offline: true);
        }

        return options;
    }

    /// <summary>What hinders that, a sentence for each.</summary>
    public static IEnumerable<string> Failures(OtlpSignal signal, IConfiguration configuration)
    {
        var authority = signal.Read(configuration, "CERTIFICATE");
        if (authority.Value is { } file && Try(() => All(file)) is { } unread)
        {
            yield return $"{authority.Variable}: {unread}";
        }

        var (certificate, key) = (signal.Read(configuration, "CLIENT_CERTIFICATE"), signal.Read(configuration, "CLIENT_KEY"));
        if (certificate.Value is null != key.Value is null)
        {
            yield return $"{certificate.Variable} and {key.Variable} belong together: the files of this service's certificate and of its key. Set both, or neither";
        }
        else if (certificate.Value is { } own && Try(() => WithKey(own, key.Value!)) is { } unusable)
        {
            yield return $"{certificate.Variable} and {key.Variable}: {unusable}";
        }
    }

    private static X509Certificate2Collection All(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException($"{file} holds no certificate in PEM");
    }

    private static X509Certificate2 WithKey(string certificate, string key)
    {
        using var pair = X509Certificate2.CreateFromPemFile(certificate, key);
        // Windows cannot use a key that was never stored
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string? Try(Func<object> read)
    {
        try
        {
            _ = read();
            return null;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
