using ProdReady.Gateway.RateLimiting.Policies;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// Hears that a count was reset through another gateway. Who misses it refuses the client until the time it knew, or lends out what was
/// counted before: both err on the safe side.
/// </summary>
internal sealed partial class CountResets(
    IConnectionMultiplexer redis, Partitions partitions, RateLimitRulesSource rules, TimeProvider time, ILogger<CountResets> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    public static RedisChannel Channel(string prefix) => RedisChannel.Literal($"{{{prefix}}}:resets");

    /// <summary>No policy's name has a slash.</summary>
    public static string Message(string policy, string partition) => $"{policy}/{partition}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // From then on the library subscribes anew by itself whenever it has reconnected
                await redis.GetSubscriber().SubscribeAsync(Channel(rules.KeyPrefix), (_, message) => Receive(message));
                return;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                Log.NotSubscribed(logger, exception.Message);
                await Task.Delay(RetryInterval, time, stoppingToken);
            }
        }
    }

    private void Receive(string? message)
    {
        if (message?.Split('/', 2) is [var policy, var partition])
        {
            partitions.Forget(policy, partition);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Resets of limits are not heard of yet: {Reason}")]
        public static partial void NotSubscribed(ILogger logger, string reason);
    }
}
