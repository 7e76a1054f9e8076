using System.Diagnostics.Metrics;

namespace ProdReady.Gateway.Proxy.Reloading;

internal sealed class ReloadMetrics
{
    private static readonly KeyValuePair<string, object?> AppliedOutcome = new("outcome", "applied");
    private static readonly KeyValuePair<string, object?> RefusedOutcome = new("outcome", "refused");

    private readonly Counter<long> _reloads;

    public ReloadMetrics(IMeterFactory meters)
    {
        _reloads = meters.Create("ProdReady.Gateway").CreateCounter<long>(
            "prodready.gateway.configuration.reloads", "{reload}", "Changes of the configuration while the gateway ran, by outcome");
        _reloads.Add(0, AppliedOutcome);
        _reloads.Add(0, RefusedOutcome);
    }

    public void Applied() => _reloads.Add(1, AppliedOutcome);

    public void Refused() => _reloads.Add(1, RefusedOutcome);
}
