using System.Collections.Frozen;
using System.Text.Json;

namespace ProdReady.Webhooks.Receiving;

/// <summary>
/// The headers that are kept with an event: all of them, since nobody knows today which one an investigation needs, without
/// the ones that hold credentials. A signature is none, since it proves one request only; a provider's token is one.
/// </summary>
internal static class KeptHeaders
{
    private static readonly FrozenSet<string> Credentials =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key");

    /// <summary>A JSON object of lower-case names; a header that was sent several times is joined by commas.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="secrets">The headers that are the source's secret.</param>
    public static string ToJson(IHeaderDictionary headers, IReadOnlyList<string> secrets) =>
        JsonSerializer.Serialize(headers
            .Where(header => !Credentials.Contains(header.Key) && !secrets.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()));
}
