using System.Diagnostics.Metrics;

namespace ProdReady.Gateway.SecurityHeaders;

internal sealed class HeaderSetMetrics
{
    private readonly Counter<long> _reloads;

    public HeaderSetMetrics(IMeterFactory meters)
    {
        _reloads = meters.Create("ProdReady.Gateway").CreateCounter<long>(
            "prodready.security_headers.reloads", "{reload}", "Changed configurations of the security headers, by outcome");
        // So that an alert on refused ones has something to compare with
        _reloads.Add(0, Outcome(true));
        _reloads.Add(0, Outcome(false));
    }

    public void Reloaded(bool applied) => _reloads.Add(1, Outcome(applied));

    private static KeyValuePair<string, object?> Outcome(bool applied) => new("outcome", applied ? "applied" : "refused");
}
