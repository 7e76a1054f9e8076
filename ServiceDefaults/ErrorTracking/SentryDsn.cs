using System.Diagnostics.CodeAnalysis;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>What a DSN says: <c>{scheme}://{public key}@{host}/{path}/{project}</c>. The SDK keeps its own reading to itself.</summary>
/// <param name="PublicKey">What a client authenticates with.</param>
/// <param name="TracesEndpoint">Where the project takes OTLP traces.</param>
internal sealed record SentryDsn(string PublicKey, Uri TracesEndpoint)
{
    public static bool TryParse(string value, [NotNullWhen(true)] out SentryDsn? dsn, [NotNullWhen(false)] out string? error)
    {
        dsn = null;
        error = null;
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri))
        {
            error = "is not a URL";
            return false;
        }

        var path = uri.AbsolutePath;
        var project = path[(path.LastIndexOf('/') + 1)..];
        // Older DSNs hold a secret key too, which no client needs any more
        var key = uri.UserInfo.Split(':')[0];
        error = uri switch
        {
            { Scheme: not ("https" or "http") } => "must start with https:// or http://",
            _ when key.Length == 0 => "has no public key in front of its host",
            _ when project.Length == 0 => "has no project id at its end",
            { Query.Length: > 0 } or { Fragment.Length: > 0 } => "has something behind its project id",
            _ => null,
        };
        if (error is not null)
        {
            return false;
        }

        // A URL relative to the DSN would keep its key
        var host = new UriBuilder(uri.Scheme, uri.Host, uri.Port, $"{path[..^project.Length]}api/{project}/integration/otlp/v1/traces");
        dsn = new(key, host.Uri);
        return true;
    }

    /// <summary>Without the key, which a record would print.</summary>
    public override string ToString() => TracesEndpoint.ToString();
}
