using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>The partitions that this gateway has lately seen.</summary>
/// <remarks>They outlive a change of the configuration, and with it their policies: what is known of a client stays known.</remarks>
internal sealed class Partitions(RateLimitRulesSource rules, LimiterClock clock)
{
    private readonly ConcurrentDictionary<(string Policy, RateLimitAlgorithm), ConcurrentDictionary<string, Partition>> _ofPolicies = new();
    private readonly ConditionalWeakTable<RateLimitPolicy, ConcurrentDictionary<string, Partition>> _tables = [];
    private readonly Lock _shrinking = new();
    private int _count;
    private int _kept;

    public Partition Get(RateLimitPolicy policy, string value)
    {
        var table = _tables.TryGetValue(policy, out var known) ? known : _tables.GetValue(policy, TableOf);
        return table.TryGetValue(value, out var partition) ? partition : Add(table, policy, value);
    }

    /// <summary>A partition to ask about; one that is not known yet is not remembered for that.</summary>
    public Partition Find(RateLimitPolicy policy, string value) =>
        TableOf(policy).GetValueOrDefault(value) ?? new Partition(policy.Algorithm, Key(policy, value));

    /// <summary>Drops what is known of a partition, since its count was reset.</summary>
    public void Forget(string policy, string value)
    {
        foreach (var (_, table) in _ofPolicies.Where(pair => pair.Key.Policy == policy))
        {
            table.GetValueOrDefault(value)?.Forget();
        }
    }

    private ConcurrentDictionary<string, Partition> TableOf(RateLimitPolicy policy) =>
        _ofPolicies.GetOrAdd((policy.Name, policy.Algorithm), _ => new());

    /// <summary>The braces are the hash tag: all keys of a request, and of a batch of them, lie in one slot of a Redis Cluster.</summary>
    private string Key(RateLimitPolicy policy, string value) => $"{{{rules.KeyPrefix}}}:{Letter(policy.Algorithm)}:{policy.Name}:{value}";

    private static char Letter(RateLimitAlgorithm algorithm) => algorithm switch
    {
        RateLimitAlgorithm.Sliding => 's',
        RateLimitAlgorithm.Fixed => 'f',
        RateLimitAlgorithm.TokenBucket => 't',
        _ => 'c',
    };

    private Partition Add(ConcurrentDictionary<string, Partition> table, RateLimitPolicy policy, string value)
    {
        var created = new Partition(policy.Algorithm, Key(policy, value)) { UsedAt = clock.Now };
        var partition = table.GetOrAdd(value, created);
        if (ReferenceEquals(partition, created))
        {
            Interlocked.Increment(ref _count);
            if (IsTooMany(rules.Current.Options.MaxPartitions))
            {
                Shrink(rules.Current.Options.MaxPartitions);
            }
        }

        return partition;
    }

    // While Redis is away many may have to stay: then not every new one is worth another look at all of them
    private bool IsTooMany(int most) => _count > most && _count > _kept + (most / 4);

    /// <summary>
    /// Drops the half that has been idle the longest. Nothing is lost by that: Redis knows the counts, and what it does not know yet stays.
    /// </summary>
    private void Shrink(int most)
    {
        lock (_shrinking)
        {
            if (!IsTooMany(most))
            {
                return;
            }

            var used = _ofPolicies.Values.SelectMany(table => table.Values).Select(partition => partition.UsedAt).Order().ToArray();
            var median = used[used.Length / 2];
            var now = clock.Now;
            foreach (var table in _ofPolicies.Values)
            {
                foreach (var (value, partition) in table)
                {
                    if (partition.UsedAt <= median && !partition.IsInUse(now) && table.TryRemove(value, out _))
                    {
                        Interlocked.Decrement(ref _count);
                    }
                }
            }

            _kept = _count;
        }
    }
}
