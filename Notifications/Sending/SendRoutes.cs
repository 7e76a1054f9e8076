using ProdReady.Notifications.Breakers;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sending;

/// <summary>A way that a message can go.</summary>
/// <param name="Provider">The account.</param>
/// <param name="Sender">The sender.</param>
/// <param name="Probes">The breakers whose time is over: one message must try before others go.</param>
internal sealed record SendRoute(ISmsProvider Provider, SmsSender Sender, IReadOnlyList<string> Probes)
{
    /// <summary>Tells it from others, and outlasts a change of credentials.</summary>
    public string Name => $"{Provider.Name}:{Sender.Address}";
}

/// <summary>The ways that are open for a country, the preferred one first.</summary>
/// <param name="Open">The ways.</param>
/// <param name="Shortage">If there are none: why, for whoever asks what became of the message.</param>
/// <param name="Wait">If there are none: when to look again.</param>
internal sealed record RouteChoice(IReadOnlyList<SendRoute> Open, string? Shortage, TimeSpan Wait)
{
    /// <summary>Whether others are out of use.</summary>
    public bool HasShut { get; init; }

    /// <summary>The same without those that have no way to the recipient. If these are all that there are, the last one tells that once more.</summary>
    public RouteChoice Without(IReadOnlyList<string> notRoutable)
    {
        var left = Open.Where(route => !notRoutable.Contains(route.Name)).ToList();
        return left.Count > 0 || Open.Count == 0 ? this with { Open = left }
            : HasShut ? this with { Open = left, Shortage = "The senders that are in use have no way to this number; it waits for the others." }
            : this with { Open = [Open[^1]] };
    }
}

/// <summary>Chooses by whom messages are sent: in the order of the providers and their senders, without those that are out of use.</summary>
internal sealed class SendRoutes(IReadOnlyList<ISmsProvider> providers, BreakerBoard breakers, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NobodyWait = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is anyone to send by.</summary>
    public bool Any => providers.Count > 0;

    /// <summary>The breaker of an account.</summary>
    public static string AccountScope(ISmsProvider provider) => $"{provider.Name}:{provider.Fingerprint}";

    /// <summary>The breaker of a sender.</summary>
    public static string SenderScope(ISmsProvider provider, SmsSender sender) => $"{AccountScope(provider)}:{sender.Address}";

    /// <summary>What of the configured accounts and senders is out of use. Those of former credentials do not matter any more.</summary>
    public IReadOnlyList<Breaker> OutOfUse() =>
        [.. breakers.Open.Where(breaker => providers.Any(provider => breaker.Scope.StartsWith(AccountScope(provider), StringComparison.Ordinal)))];

    /// <summary>The provider of a name, if it is still configured.</summary>
    public ISmsProvider? Provider(string? name) => providers.FirstOrDefault(provider => provider.Name == name);

    /// <summary>The sender that a message to a country goes by, if all goes well: the one that an opt-out is about.</summary>
    public string? FirstSender(string country) => All(country).Select(route => route.Sender.Address).FirstOrDefault();

    /// <summary>The ways for a country.</summary>
    public RouteChoice For(string country)
    {
        var open = new List<SendRoute>();
        var shortage = $"No sender is configured for {country}.";
        // Another replica, or this one after its next start, may have one
        var wait = providers.Count == 0 ? NobodyWait : LongestWait;
        var hasShut = false;
        foreach (var (provider, sender) in All(country))
        {
            var states = new[] { breakers.Find(AccountScope(provider)), breakers.Find(SenderScope(provider, sender)) }.OfType<Breaker>().ToList();
            if (states.Find(breaker => !breaker.IsOver) is { } shut)
            {
                hasShut = true;
                shortage = shut.Reason;
                var left = shut.ClosedUntil - time.GetUtcNow();
                wait = left < ShortestWait ? ShortestWait : left < wait ? left : wait;
            }
            else
            {
                open.Add(new(provider, sender, [.. states.Select(breaker => breaker.Scope)]));
            }
        }

        return new(open, open.Count > 0 ? null : shortage, wait) { HasShut = hasShut };
    }

    private IEnumerable<(ISmsProvider Provider, SmsSender Sender)> All(string country) =>
        from provider in providers
        from sender in provider.Senders
        where sender.Countries is null || sender.Countries.Contains(country)
        select (provider, sender);
}
