using System.Collections.Frozen;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>Which original headers may be sent on.</summary>
internal static class HeaderNames
{
    /// <summary>What belongs to a connection, speaks of the sender's peer or would be taken for ours.</summary>
    private static readonly FrozenSet<string> Ours = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Host", "Content-Length", "Content-Type", "Content-Encoding", "Expect", "Authorization", "Cookie", "X-Api-Key",
        "User-Agent", "Traceparent", "Tracestate", "Baggage", "X-Correlation-ID", "webhook-id", "webhook-timestamp", "webhook-signature");

    /// <summary>Whether a name is one by RFC 9110, section 5.6.2.</summary>
    public static bool IsToken(string? name) => !string.IsNullOrEmpty(name)
        && name.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));

    public static bool MayBeForwarded(string name) =>
        !Ours.Contains(name) && !name.StartsWith("X-Webhook-", StringComparison.OrdinalIgnoreCase);
}
