using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>The rules that hold now.</summary>
internal sealed class RateLimitRulesSource(LiveSection<RateLimitingOptions> settings, RateLimitMetrics metrics)
{
    private volatile RateLimitRules? _current;

    public RateLimitRules Current => _current is { } rules && ReferenceEquals(rules.Options, settings.Current) ? rules : Renew();

    /// <summary>Stays as it was at start: another prefix would be other counts.</summary>
    public string KeyPrefix { get; } = settings.Current.KeyPrefix;

    private RateLimitRules Renew()
    {
        var rules = new RateLimitRules(settings.Current);
        foreach (var policy in rules.Policies)
        {
            metrics.Start(policy.Name);
        }

        return _current = rules;
    }
}
