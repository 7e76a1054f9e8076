using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>The rules that hold now.</summary>
internal sealed class RateLimitRulesSource
{
    private readonly RateLimitMetrics _metrics;
    private volatile RateLimitRules _current;

    public RateLimitRulesSource(LiveSection<RateLimitingOptions> settings, RateLimitMetrics metrics)
    {
        _metrics = metrics;
        _current = Create(settings.Current);
        KeyPrefix = settings.Current.KeyPrefix;
        settings.Applied += options => _current = Create(options);
    }

    public RateLimitRules Current => _current;

    /// <summary>Stays as it was at start: another prefix would be other counts.</summary>
    public string KeyPrefix { get; }

    private RateLimitRules Create(RateLimitingOptions options)
    {
        var rules = new RateLimitRules(options);
        foreach (var policy in rules.Policies)
        {
            _metrics.Start(policy.Name);
        }

        return rules;
    }
}
