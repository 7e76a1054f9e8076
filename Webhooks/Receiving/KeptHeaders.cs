using System.Collections.Frozen;
using System.Text.Json;

namespace ProdReady.Webhooks.Receiving;

/// <summary>
/// The headers that are kept with an event: all of them, since nobody knows today which one an investigation needs, without
/// the ones that hold credentials. Stripe's signature is none: it proves one body at one time, and is worthless elsewhere.
/// </summary>
internal static class KeptHeaders
{
    private static readonly FrozenSet<string> Credentials =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key");

    /// <summary>A JSON object of lower-case names; a header that was sent several times is joined by commas.</summary>
    public static string ToJson(IHeaderDictionary headers) =>
        JsonSerializer.Serialize(headers
            .Where(header => !Credentials.Contains(header.Key))
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()));
}
