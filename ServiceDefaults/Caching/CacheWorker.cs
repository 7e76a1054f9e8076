using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// Keeps this process' memory true: looks at the feed a few times a second, so that a lost message costs no more than that, and once Redis
/// has come back, clears up what could not be told meanwhile.
/// </summary>
internal sealed partial class CacheWorker(
    Cache cache,
    CacheRedis redis,
    ChangeFeed feed,
    RedisBackplane backplane,
    CacheMemory memory,
    PendingChanges pending,
    TimeProvider time,
    ILogger<CacheWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private volatile bool _mustDistrust;
    private bool _isListening;
    private bool _isAway;

    /// <summary>The first look is before the first request; without Redis the service starts all the same.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Messages may have been lost, and a server that took over may not have all that the old one had
        redis.Multiplexer.ConnectionRestored += (_, _) => _mustDistrust = true;
        redis.Multiplexer.ConfigurationChanged += (_, _) => _mustDistrust = true;
        feed.Changed += memory.Apply;
        feed.Lost += () => _mustDistrust = true;
        // Twice where need be: until a look succeeds, what is set is kept from the others, and on a busy machine the first one is the slowest
        _ = await LookAsync() || await LookAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync();
        }
    }

    private async Task<bool> LookAsync()
    {
        try
        {
            if (!_isListening)
            {
                await redis.ProbeAsync(async _ =>
                {
                    await backplane.ListenAsync();
                    return true;
                });
                _isListening = true;
            }

            await redis.ProbeAsync(feed.LookAsync);
            if (_isAway)
            {
                _isAway = false;
                Log.Back(logger);
            }

            await pending.FlushAsync(cache.ClearUpAsync, () => redis.IsUsable);
            if (_mustDistrust)
            {
                _mustDistrust = false;
                memory.Distrust();
            }

            return true;
        }
        catch (Exception exception) when (CacheRedis.IsOutage(exception))
        {
            // One line when it goes and one when it comes back; a line a look would bury everything else
            if (!_isAway)
            {
                _isAway = true;
                Log.Away(logger, exception.Message);
            }

            return false;
        }
        catch (Exception exception)
        {
            // A bug must not end the loop: without it, lost messages would never be found
            Log.Failed(logger, exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Redis does not answer the cache; until it does, each process caches in its own memory: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "Redis answers the cache again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(LogLevel.Error, "The cache could not look for changes")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
