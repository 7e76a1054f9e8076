using System.Buffers;
using System.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.Headers;

/// <summary>
/// Keeps from the upstream what a caller sent and only a proxy may say: who the client is, what the URL was, and what was meant for this
/// connection alone (RFC 9110, 7.6.1). YARP itself drops the standard hop-by-hop fields, and writes X-Forwarded-For, -Host, -Proto and
/// -Prefix anew from the connection.
/// </summary>
internal static class UntrustedHeaders
{
    private static readonly SearchValues<string> Prefixes = SearchValues.Create(
        ["X-Forwarded-", "X-Original-", "X-ProdReady-", "X-Envoy-", "X-Amzn-"], StringComparison.OrdinalIgnoreCase);

    /// <summary>What YARP has written, or will.</summary>
    private static readonly SearchValues<string> Rewritten = SearchValues.Create(
        ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Names = SearchValues.Create(
        [
            "Forwarded", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP",
            "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Client-Cert", "X-SSL-Client-Cert",
            "X-Content-Length",
            // What CGI programs would take for their HTTP_PROXY
            "Proxy",
        ],
        StringComparison.OrdinalIgnoreCase);

    public static ValueTask Remove(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        foreach (var (name, _) in context.HttpContext.Request.Headers)
        {
            if (IsUntrusted(name))
            {
                headers.Remove(name);
            }
        }

        if (context.HttpContext.Request.Headers.Connection is { Count: > 0 } connection)
        {
            RemoveNominated(headers, connection.ToString());
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsUntrusted(string name) =>
        // Nearly all others begin otherwise
        (name[0] | 0x20) is 'x' or 'f' or 'p' or 't' or 'c'
        && (name.Contains('_', StringComparison.Ordinal) ? IsOurs(name.Replace('_', '-')) : IsOurs(name) && !Rewritten.Contains(name));

    /// <summary>Also of a twin: CGI and what follows it take <c>X_Forwarded_For</c> for <c>X-Forwarded-For</c>.</summary>
    private static bool IsOurs(string name) => Names.Contains(name) || name.AsSpan().IndexOfAny(Prefixes) == 0;

    /// <summary>
    /// The fields that <c>Connection</c> names. What is ours stays: a caller could otherwise take the client's address or the
    /// correlation id out of the request. Of a list that also has close, keep-alive or upgrade, Kestrel keeps only that word.
    /// </summary>
    private static void RemoveNominated(HttpRequestHeaders headers, string connection)
    {
        foreach (var range in connection.AsSpan().Split(','))
        {
            var token = connection.AsSpan(range).Trim();
            if (token.IsEmpty || token.Equals("close", StringComparison.OrdinalIgnoreCase)
                || token.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
                || token.Equals("upgrade", StringComparison.OrdinalIgnoreCase)
                || token.Equals("te", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var name = token.ToString();
            if (!Rewritten.Contains(name) && headers.NonValidated.Contains(name))
            {
                headers.Remove(name);
            }
        }
    }
}
