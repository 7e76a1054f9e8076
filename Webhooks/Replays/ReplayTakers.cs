using System.Text.Json;
using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Replays;

/// <summary>
/// Who gets what a replay finds: destinations by name, with their subscriptions. Settled when it begins, since the replicas that take it
/// further may have other settings in a rolling deploy.
/// </summary>
internal sealed class ReplayTakers(Dictionary<string, string[]> subscriptions)
{
    private readonly Dictionary<string, List<Subscription>> _takers = subscriptions.ToDictionary(
        taker => taker.Key,
        taker => taker.Value.Select(text => Subscription.TryParse(text, out var one) ? one : null).OfType<Subscription>().ToList());

    public IReadOnlyCollection<string> Names => _takers.Keys;

    /// <summary>Who gets an event.</summary>
    public IEnumerable<string> Of(string source, string? type) =>
        _takers.Where(taker => taker.Value.Exists(subscription => subscription.Matches(source, type))).Select(taker => taker.Key);

    public string ToJson() => JsonSerializer.Serialize(subscriptions, ReplayJson.Default.DictionaryStringStringArray);

    public static ReplayTakers Parse(string json) =>
        new(JsonSerializer.Deserialize(json, ReplayJson.Default.DictionaryStringStringArray)!);
}
