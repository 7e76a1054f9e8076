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

    /// <summary>Beyond that, what ends while Redis is away comes free when it is not renewed: of a long outage nearly all is over by then.</summary>
    private const int MostToFree = 100_000;

    private readonly string _gateway = Guid.NewGuid().ToString("N")[..12];
    private readonly ConcurrentDictionary<string, (RateLimitUse[] Uses, long RenewedAt)> _running = new();

    private readonly ConcurrentQueue<(RedisKey Key, RedisValue Id)> _toFree = new();

    // A place that was freed must not be renewed by what was written down just before
    private readonly Lock _sending = new();
    private long _last;

    public string NextId() => string.Create(CultureInfo.InvariantCulture, $"{_gateway}-{Interlocked.Increment(ref _last)}");

    /// <summary>A request was admitted. A policy in shadow mode that would have refused it does not count it, neither now nor when places are renewed.</summary>
    public void Begin(string id, RateLimitUse[] uses, RateLimitVerdict[] verdicts)
    {
        RateLimitUse[] counted =
            [.. Counted([.. uses.Where((_, index) => verdicts[index].Outcome != RateLimitOutcome.ShadowLimited)])];
        if (counted.Length == 0)
        {
            return;
        }

        _running[id] = (counted, time.GetTimestamp());
        foreach (var use in counted)
        {
            use.Partition.Run(1);
        }
    }

    public void End(string id)
    {
        lock (_sending)
        {
            if (!_running.TryRemove(id, out var request))
            {
                return;
            }

            foreach (var use in request.Uses)
            {
                use.Partition.Run(-1);
                if (!circuit.IsOpen)
                {
                    // If this is lost, the place comes free when it is not renewed
                    _ = redis.GetDatabase().SortedSetRemoveAsync(use.Partition.Key, id, CommandFlags.FireAndForget);
                }
                else
                {
                    FreeLater(use, id);
                }
            }
        }
    }

    /// <summary>Redis did not answer in time whether it has a place, and the request was refused: if it has got one, that is free.</summary>
    public void Refused(string id, RateLimitUse[] uses)
    {
        foreach (var use in Counted(uses))
        {
            FreeLater(use, id);
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
                await FreeAsync();
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
                .. due.SelectMany(pair => pair.Value.Uses, (pair, use) => (Id: pair.Key, Use: use))
                    .GroupBy(place => (place.Use.Partition.Key, place.Use.Quota.WindowMicroseconds), place => (RedisValue)place.Id)
                    .Select(places => DecisionScript.RenewAsync(
                        redis.GetDatabase(), places.Key.Key, [places.Key.WindowMicroseconds, .. places])),
            ];
        }

        await Task.WhenAll(renewals);
    }

    private void FreeLater(RateLimitUse use, string id)
    {
        if (_toFree.Count < MostToFree)
        {
            _toFree.Enqueue((use.Partition.Key, id));
        }
    }

    private async Task FreeAsync()
    {
        if (circuit.IsOpen)
        {
            return;
        }

        var places = new List<(RedisKey Key, RedisValue Id)>();
        while (_toFree.TryDequeue(out var place))
        {
            places.Add(place);
        }

        try
        {
            await Task.WhenAll(places.GroupBy(place => place.Key, place => place.Id)
                .Select(ids => redis.GetDatabase().SortedSetRemoveAsync(ids.Key, [.. ids])));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Once more, with those that were removed: that changes nothing
            places.ForEach(_toFree.Enqueue);
            throw;
        }
    }

    // Three times before the place would come free
    private bool IsDue(RateLimitUse[] uses, long renewedAt) =>
        time.GetElapsedTime(renewedAt) >= uses.Min(use => use.Quota.Window) / 3;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Places of requests under way could not be renewed; those that run for long may be counted no more: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string reason);
    }
}
