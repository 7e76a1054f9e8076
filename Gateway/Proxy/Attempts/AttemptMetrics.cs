using System.Diagnostics.Metrics;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>Observed and not counted, so that every cluster of the configuration in force has its series from the start.</summary>
internal sealed class AttemptMetrics
{
    private readonly UpstreamTraffic _traffic;
    private readonly IProxyStateLookup _proxy;

    public AttemptMetrics(IMeterFactory meters, UpstreamTraffic traffic, IProxyStateLookup proxy)
    {
        (_traffic, _proxy) = (traffic, proxy);
        var meter = meters.Create("ProdReady.Gateway");
        meter.CreateObservableCounter(
            "prodready.gateway.retries", ObserveRetries, "{retry}",
            "Second attempts at another destination, by cluster and outcome: made, or left out because the budget was used up");
        meter.CreateObservableCounter(
            "prodready.gateway.circuits.opened", ObserveOpened, "{circuit}", "Destinations that were left alone, by cluster");
        meter.CreateObservableGauge(
            "prodready.gateway.circuit.state", ObserveStates, "{state}",
            "By cluster and destination: 0 for requests pass, 1 for one may try, 2 for none passes");
    }

    private IEnumerable<Measurement<long>> ObserveRetries()
    {
        foreach (var cluster in _proxy.GetClusters())
        {
            var traffic = _traffic.Of(cluster);
            yield return new(traffic.Retries, Tag(cluster), new("outcome", "made"));
            yield return new(traffic.WithoutBudget, Tag(cluster), new("outcome", "no_budget"));
        }
    }

    private IEnumerable<Measurement<long>> ObserveOpened() =>
        _proxy.GetClusters().Select(cluster => new Measurement<long>(_traffic.Of(cluster).Opened, Tag(cluster)));

    private IEnumerable<Measurement<int>> ObserveStates()
    {
        foreach (var cluster in _proxy.GetClusters())
        {
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                yield return new(
                    (int)_traffic.Of(destination).State, Tag(cluster), new("destination", destination.DestinationId));
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(ClusterState cluster) => new("cluster", cluster.ClusterId);
}
