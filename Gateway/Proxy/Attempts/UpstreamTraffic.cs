using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>What this gateway remembers of each cluster and each destination, for as long as YARP knows it.</summary>
internal sealed class UpstreamTraffic
{
    private readonly ConditionalWeakTable<ClusterState, ClusterTraffic> _clusters = [];
    private readonly ConditionalWeakTable<DestinationState, CircuitBreaker> _circuits = [];
    private readonly ConditionalWeakTable<ClusterState, ClusterTraffic>.CreateValueCallback _newCluster;
    private readonly ConditionalWeakTable<DestinationState, CircuitBreaker>.CreateValueCallback _newCircuit;

    public UpstreamTraffic(TimeProvider time)
    {
        _newCluster = _ => new(new RetryBudget(time));
        _newCircuit = _ => new(time);
    }

    public ClusterTraffic Of(ClusterState cluster) => _clusters.GetValue(cluster, _newCluster);

    public CircuitBreaker Of(DestinationState destination) => _circuits.GetValue(destination, _newCircuit);
}

/// <summary>One cluster's budget and counts.</summary>
internal sealed class ClusterTraffic(RetryBudget budget)
{
    private long _retries;
    private long _withoutBudget;
    private long _opened;

    public RetryBudget Budget => budget;

    public long Retries => Volatile.Read(ref _retries);

    public long WithoutBudget => Volatile.Read(ref _withoutBudget);

    public long Opened => Volatile.Read(ref _opened);

    public bool TryRetry(RetryOptions options)
    {
        var taken = budget.TryTake(options);
        Interlocked.Increment(ref taken ? ref _retries : ref _withoutBudget);
        return taken;
    }

    public void CircuitOpened() => Interlocked.Increment(ref _opened);
}
