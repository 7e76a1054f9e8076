using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Caching;
using StackExchange.Redis;

namespace ProdReady.AppHost;

/// <summary>Empties every service's cache, by the cache itself, which tells all of them of it.</summary>
internal static class CacheClearing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Does it, and looks whether it is done: the cache goes on without a Redis that is slow, to clear up later, when this host is gone.</summary>
    public static async Task<ExecuteCommandResult> RunAsync(string? connectionString, CancellationToken cancellationToken)
    {
        var host = Host.CreateEmptyApplicationBuilder(null);
        host.Configuration["ConnectionStrings:redis"] = connectionString;
        host.AddRedis();
        host.AddCache();
        using var app = host.Build();
        await app.StartAsync(cancellationToken);
        var cache = app.Services.GetRequiredService<Cache>();
        var redis = app.Services.GetRequiredService<IConnectionMultiplexer>();
        var started = Stopwatch.GetTimestamp();
        var isEmpty = false;
        while (!isEmpty && Stopwatch.GetElapsedTime(started) < Patience)
        {
            await cache.RemoveByPatternAsync("*", cancellationToken);
            isEmpty = await IsEmptyAsync(redis, cancellationToken);
            if (!isEmpty)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }

        await app.StopAsync(cancellationToken);
        return isEmpty
            ? CommandResults.Success("The cache is empty.")
            : CommandResults.Failure("Redis does not answer in time, so that entries may still be there. Try again.");
    }

    private static async Task<bool> IsEmptyAsync(IConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var entries = $"{new CacheKeys(new CacheOptions().KeyPrefix).EntryPrefix}*";
        try
        {
            foreach (var server in redis.GetServers().Where(server => !server.IsReplica))
            {
                await foreach (var _ in server.KeysAsync(pattern: entries).WithCancellation(cancellationToken))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception exception) when (CacheRedis.IsOutage(exception))
        {
            return false;
        }
    }
}
