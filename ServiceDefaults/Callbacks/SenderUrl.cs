using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.Callbacks;

/// <summary>The address of a request as its sender wrote it.</summary>
public static class SenderUrl
{
    /// <summary>
    /// The configured address, or the one that the proxies in front of us say, with the request's query. A forged
    /// header does no more than break the signature; but set the address where several services share one secret.
    /// </summary>
    public static string Of(HttpRequest request, string? publicUrl)
    {
        var query = request.QueryString.Value;
        if (publicUrl is not null)
        {
            return publicUrl + query;
        }

        var scheme = First(request.Headers["X-Forwarded-Proto"].ToString()) ?? request.Scheme;
        var host = First(request.Headers["X-Forwarded-Host"].ToString()) ?? request.Host.ToUriComponent();
        var prefix = First(request.Headers["X-Forwarded-Prefix"].ToString())?.TrimEnd('/');
        return $"{scheme}://{host}{prefix}{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}{query}";
    }

    private static string? First(string list) => list.Split(',')[0].Trim() is { Length: > 0 } first ? first : null;
}
