using System.Diagnostics.Metrics;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Delivery;

/// <summary>What deliveries count: <c>prodready.webhooks.delivery.*</c>, by destination. How many wait, their queues tell.</summary>
internal sealed class DeliveryMetrics
{
    public const string MeterName = "ProdReady.Webhooks.Delivery";
    private const string Prefix = "prodready.webhooks.delivery.";

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _dead;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _age;

    public DeliveryMetrics(IMeterFactory meters, DestinationCatalog destinations)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>($"{Prefix}attempts", "{attempt}", "Tries, by destination and outcome");
        _dead = meter.CreateCounter<long>($"{Prefix}dead", "{event}", "Deliveries given up");
        _duration = meter.CreateHistogram<double>($"{Prefix}duration", "s", "One try");
        _age = meter.CreateHistogram<double>($"{Prefix}age", "s", "From receipt to delivered");
        meter.CreateObservableGauge(
            $"{Prefix}circuit.state",
            () => destinations.All.Select(one => new Measurement<int>((int)one.Gate.Circuit.State, Tag(one.Name))),
            "{state}", "0 closed, 1 about to try, 2 open");
        meter.CreateObservableGauge(
            $"{Prefix}disabled",
            () => destinations.All.Select(one => new Measurement<int>(one.Gate.Switch.Reason is null ? 0 : 1, Tag(one.Name))),
            "{destination}", "1 where nothing is delivered until somebody switches it on");
        foreach (var destination in destinations.All)
        {
            // An alert on a rate needs a series from the start
            _dead.Add(0, Tag(destination.Name));
            foreach (var verdict in Enum.GetValues<DeliveryVerdict>())
            {
                _attempts.Add(0, Tag(destination.Name), Outcome(verdict));
            }
        }
    }

    public void Attempted(string destination, DeliveryAnswer answer)
    {
        _attempts.Add(1, Tag(destination), Outcome(answer.Verdict));
        _duration.Record(answer.Duration.TotalSeconds, Tag(destination));
    }

    public void Delivered(string destination, TimeSpan age) => _age.Record(Math.Max(0, age.TotalSeconds), Tag(destination));

    public void Died(string destination) => _dead.Add(1, Tag(destination));

    private static KeyValuePair<string, object?> Tag(string destination) => new("destination", destination);

    private static KeyValuePair<string, object?> Outcome(DeliveryVerdict verdict) => new("outcome", verdict switch
    {
        DeliveryVerdict.Delivered => "delivered",
        DeliveryVerdict.Refused => "refused",
        DeliveryVerdict.Gone => "gone",
        _ => "failed",
    });
}
