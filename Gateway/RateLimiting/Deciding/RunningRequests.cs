using System.Collections.Concurrent;
using System.Globalization;
using ProdReady.Gateway.RateLimiting.Policies;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// The requests under way that a concurrency policy counts. Their places in Redis are renewed while they run, so that those of a gateway that
/// died come free by themselves.
/// </summary>
internal sealed partial class RunningRequests(
    IConnectionMultiplexer redis, RedisCircuit circuit, TimeProvider time, ILogger<RunningRequests> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _gateway = Guid.NewGuid().ToString("N")[..12];
    private readonly ConcurrentDictionary<string, (RateLimitUse[] Uses, long RenewedAt)> _running = new();

    // A place that was freed must not be renewed by what was written down just before
    private readonly Lock _sending = new();
    private long _last;

    public string NextId() => string.Create(CultureInfo.InvariantCulture, $"{_gateway}-{Interlocked.Increment(ref _last)}");

    public void Begin(string id, RateLimitUse[] uses)
    {
        _running[id] = (uses, time.GetTimestamp());
        foreach (var use in Counted(uses))
        {
            use.Partition.Run(1);
        }
    }

    public void End(string id, RateLimitUse[] uses)
    {
        lock (_sending)
        {
            _running.TryRemove(id, out _);
            foreach (var use in Counted(uses))
            {
                use.Partition.Run(-1);
                if (!circuit.IsOpen)
                {
                    // If this is lost, the place comes free when it is not renewed
                    _ = redis.GetDatabase().SortedSetRemoveAsync(use.Partition.Key, id, CommandFlags.FireAndForget);
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RenewAsync();
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                Log.NotRenewed(logger, exception.Message);
            }
        }
    }

    private static IEnumerable<RateLimitUse> Counted(RateLimitUse[] uses) =>
        uses.Where(use => use.Policy.Algorithm == RateLimitAlgorithm.Concurrency);

    private async Task RenewAsync()
    {
        Task[] renewals;
        lock (_sending)
        {
            var due = _running.Where(pair => IsDue(pair.Value.Uses, pair.Value.RenewedAt)).ToList();
            foreach (var (id, (uses, _)) in due)
            {
                _running[id] = (uses, time.GetTimestamp());
            }

            renewals =
            [
                .. due.SelectMany(pair => Counted(pair.Value.Uses), (pair, use) => (Id: pair.Key, Use: use))
                    .GroupBy(place => (place.Use.Partition.Key, place.Use.Quota.WindowMicroseconds), place => (RedisValue)place.Id)
                    .Select(places => DecisionScript.RenewAsync(
                        redis.GetDatabase(), places.Key.Key, [places.Key.WindowMicroseconds, .. places])),
            ];
        }

        await Task.WhenAll(renewals);
    }

    // Three times before the place would come free
    private bool IsDue(RateLimitUse[] uses, long renewedAt) =>
        time.GetElapsedTime(renewedAt) >= Counted(uses).Min(use => use.Quota.Window) / 3;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Places of requests under way could not be renewed; those that run for long may be counted no more: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string reason);
    }
}
