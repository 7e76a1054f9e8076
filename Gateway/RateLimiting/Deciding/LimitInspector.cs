using ProdReady.Gateway.RateLimiting.Policies;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>Looks at counts without counting, and resets them.</summary>
internal sealed class LimitInspector(
    IConnectionMultiplexer redis, DecisionQueue queue, Partitions partitions, RateLimitRulesSource rules, LimiterClock clock)
{
    /// <summary>What Redis knows of some partitions, in one round trip; <see langword="null"/> while it does not answer.</summary>
    public async Task<IReadOnlyList<DecisionAnswer>?> LookAsync(IReadOnlyList<(RateLimitPolicy Policy, Quota Quota, string Partition)> asked)
    {
        if (asked.Count == 0)
        {
            return [];
        }

        var now = clock.Now;
        DecisionItem[] items =
        [
            .. asked.Select(use => new DecisionItem(
                new(use.Policy, use.Quota, partitions.Find(use.Policy, use.Partition)), cost: 0, want: 0, debt: 0, mark: 0, refund: 0, "-")),
        ];
        return await queue.AskAsync(new DecisionQuestion(items, now)) ? [.. items.Select(item => item.Answer)] : null;
    }

    /// <summary>Deletes a count, and has every gateway forget what it knows of it.</summary>
    /// <exception cref="RedisException">Redis did not answer.</exception>
    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    public async Task ResetAsync(RateLimitPolicy policy, string partition)
    {
        var database = redis.GetDatabase();
        await database.KeyDeleteAsync(partitions.Find(policy, partition).Key);
        await redis.GetSubscriber().PublishAsync(CountResets.Channel(rules.KeyPrefix), CountResets.Message(policy.Name, partition));
        partitions.Forget(policy.Name, partition);
    }
}
