using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Redis;

/// <summary>
/// Connects before the service takes requests, so that none of them waits for it: the client's factory blocks until it is connected
/// or its connect timeout has passed. If Redis is down, the service starts all the same. Then tells every loss of the connection,
/// and its return, in one line.
/// </summary>
internal sealed partial class RedisStartUp(IServiceProvider services, ILogger<RedisStartUp> logger) : IHostedLifecycleService
{
    private int _lost;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // On the pool, because the factory blocks; bounded by RedisConnection.Timeout
        var redis = await Task.Run(services.GetRequiredService<IConnectionMultiplexer>, cancellationToken);
        redis.ConnectionFailed += (_, failure) => Lost(redis, $"{failure.FailureType}");
        redis.ConnectionRestored += (_, _) => Restored(redis);
        if (!redis.IsConnected)
        {
            Lost(redis, "it did not answer at start");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Every failed attempt to reconnect raises the event again; a line each would bury everything else
    private void Lost(IConnectionMultiplexer redis, string reason)
    {
        if (!redis.IsConnected && Interlocked.Exchange(ref _lost, 1) == 0)
        {
            Log.Lost(logger, reason);
        }
    }

    private void Restored(IConnectionMultiplexer redis)
    {
        if (redis.IsConnected && Interlocked.Exchange(ref _lost, 0) == 1)
        {
            Log.Restored(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Redis is not connected, retrying until it is: {Reason}")]
        public static partial void Lost(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "Redis is connected again")]
        public static partial void Restored(ILogger logger);
    }
}
