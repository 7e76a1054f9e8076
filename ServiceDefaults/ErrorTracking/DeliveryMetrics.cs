using System.Diagnostics.Metrics;

namespace ProdReady.ServiceDefaults.ErrorTracking;

internal sealed class DeliveryMetrics
{
    private readonly Counter<long> _undelivered;

    public DeliveryMetrics(IMeterFactory meters)
    {
        _undelivered = meters.Create("ProdReady.ErrorTracking").CreateCounter<long>(
            "prodready.error_tracking.undelivered", "{delivery}", "Deliveries of events or traces that Sentry did not take");
        // From the start, so that an alert on its increase sees the first one
        _undelivered.Add(0);
    }

    public void Undelivered() => _undelivered.Add(1);
}
