using System.Collections.Frozen;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>Headers that tell what runs behind the gateway, and so which attacks to try.</summary>
internal sealed class RevealingHeaders(IEnumerable<string> further, FrozenSet<string> kept)
{
    /// <summary>The OWASP Secure Headers Project's list: headers_remove.json of 2026-07-19.</summary>
    private static readonly string[] Owasp =
    [
        "$wsep", "Host-Header", "K-Proxy-Request", "Liferay-Portal", "OracleCommerceCloud-Version", "Pega-Host", "Powered-By",
        "Product", "Server", "SourceMap", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Atmosphere-error",
        "X-Atmosphere-first-request", "X-Atmosphere-tracking-id", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-SpanId",
        "X-B3-TraceId", "X-BEServer", "X-Backside-Transport", "X-CF-Powered-By", "X-CMS", "X-CalculatedBETarget",
        "X-Cocoon-Version", "X-Content-Encoded-By", "X-Datadog-Origin", "X-Datadog-Parent-Id", "X-Datadog-Sampling-Priority",
        "X-Datadog-Tags", "X-Datadog-Trace-Id", "X-DiagInfo", "X-Envoy-Attempt-Count", "X-Envoy-External-Address",
        "X-Envoy-Internal", "X-Envoy-Original-Dst-Host", "X-Envoy-Upstream-Service-Time", "X-FEServer", "X-Framework",
        "X-Generated-By", "X-Generator", "X-Gitlab-Meta", "X-Jitsi-Release", "X-Joomla-Version", "X-Kong-Admin-Latency",
        "X-Kong-Client-Latency", "X-Kong-Proxy-Latency", "X-Kong-Request-Id", "X-Kong-Response-Latency",
        "X-Kong-Third-Party-Latency", "X-Kong-Total-Latency", "X-Kong-Upstream-Latency", "X-Kong-Upstream-Status",
        "X-Kubernetes-PF-FlowSchema-UI", "X-Kubernetes-PF-PriorityLevel-UID", "X-LiteSpeed-Cache", "X-LiteSpeed-Purge",
        "X-LiteSpeed-Tag", "X-LiteSpeed-Vary", "X-Litespeed-Cache-Control", "X-Mod-Pagespeed", "X-Nextjs-Cache",
        "X-Nextjs-Matched-Path", "X-Nextjs-Page", "X-Nextjs-Redirect", "X-OWA-Version", "X-Old-Content-Length",
        "X-OneAgent-JS-Injection", "X-Page-Speed", "X-Php-Version", "X-Powered-By", "X-Powered-By-Plesk", "X-Powered-CMS",
        "X-Redirect-By", "X-Server-Powered-By", "X-SourceFiles", "X-SourceMap", "X-Turbo-Charged-By", "X-Tyk-Trace-Id",
        "X-Umbraco-Version", "X-Varnish-Backend", "X-Varnish-Server", "X-Woodpecker-Version", "X-dtAgentId", "X-dtHealthCheck",
        "X-dtInjectedServlet", "X-ruxit-JS-Agent",
    ];

    /// <summary>What the list does not name yet, or not any more: X-Kong-* and the like grow with their products.</summary>
    private static readonly string[] Others = ["X-Runtime", "X-Version", "X-Served-By", "X-Backend-Server"];

    private static readonly string[] Families =
    [
        "X-AspNet", "X-B3-", "X-Datadog-", "X-Envoy-", "X-Kong-", "X-Kubernetes-PF-", "X-LiteSpeed-", "X-Nextjs-", "X-Tyk-", "X-Varnish-",
    ];

    private readonly FrozenSet<string> _names = Owasp.Concat(Others).Concat(further).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes them out of an answer, but for those that the set keeps.</summary>
    public void RemoveFrom(IHeaderDictionary headers)
    {
        // Most answers have none: the list is made for the first one found
        List<string>? found = null;
        foreach (var header in headers)
        {
            if ((_names.Contains(header.Key) || IsOfFamily(header.Key)) && !kept.Contains(header.Key))
            {
                (found ??= []).Add(header.Key);
            }
        }

        if (found is null)
        {
            return;
        }

        foreach (var name in found)
        {
            headers.Remove(name);
        }
    }

    private static bool IsOfFamily(string name)
    {
        if (name[0] is not ('X' or 'x'))
        {
            return false;
        }

        foreach (var family in Families)
        {
            if (name.StartsWith(family, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
