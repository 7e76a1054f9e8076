using System.Diagnostics;
using Microsoft.Extensions.Caching.Memory;
using ProdReady.Bench.Measuring;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Standalone.DataStores;

namespace ProdReady.Bench.Defaults;

/// <summary>What a hit in memory costs through the cache's own face, counted and checked, against a bare dictionary with expiry.</summary>
internal static class CacheHit
{
    /// <summary>Many short rounds: shorter than a busy machine's scheduler waits before it takes the core away.</summary>
    private const int Rounds = 501;
    private const int Hits = 10_000;

    /// <summary>Until the runtime has compiled the paths for good.</summary>
    private const int WarmUpRounds = 200;

    /// <summary>So many that not every one stays in the processor's fastest cache.</summary>
    private const int Keys = 1024;

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await EmbeddedRedis.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:redis"] = redis.ConnectionString;
        // A busy machine must not make it look as if Redis were away
        builder.Configuration["Cache:RedisTimeout"] = "00:00:02";
        builder.Logging.ClearProviders();
        builder.AddRedis();
        builder.AddCache();
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var cache = host.Services.GetRequiredService<Cache>();
        using var plain = new MemoryCache(new MemoryCacheOptions());
        var keys = Enumerable.Range(0, Keys).Select(number => $"user:{number}").ToArray();
        foreach (var key in keys)
        {
            await cache.SetAsync(key, new User(key), TimeSpan.FromHours(1), cancellationToken);
            plain.Set(key, new User(key), TimeSpan.FromHours(1));
        }

        for (var round = 0; round < WarmUpRounds; round++)
        {
            await MeasureAsync(cache, keys);
            Measure(plain, keys);
        }

        var (ours, reference) = await Alternating.MedianAsync(
            Rounds, () => MeasureAsync(cache, keys), () => Task.FromResult(Measure(plain, keys)));
        Console.WriteLine($"  {await AllocatedAsync(cache, keys):0.00} B allocated a hit");
        await host.StopAsync(cancellationToken);
        return new Comparison(ours, reference, "ns", "IMemoryCache.TryGetValue", "under 300 ns");
    }

    /// <returns>Nanoseconds a hit.</returns>
    private static async Task<double> MeasureAsync(Cache cache, string[] keys)
    {
        var started = Stopwatch.GetTimestamp();
        await HitAsync(cache, keys);
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Hits;
    }

    private static double Measure(MemoryCache plain, string[] keys)
    {
        var started = Stopwatch.GetTimestamp();
        for (var hit = 0; hit < Hits; hit++)
        {
            if (!plain.TryGetValue(keys[hit % Keys], out User? _))
            {
                throw new InvalidOperationException("An entry is missing.");
            }
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Hits;
    }

    private static async Task<double> AllocatedAsync(Cache cache, string[] keys)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await HitAsync(cache, keys);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Hits;
    }

    private static async Task HitAsync(Cache cache, string[] keys)
    {
        for (var hit = 0; hit < Hits; hit++)
        {
            _ = await cache.GetAsync<User>(keys[hit % Keys]) ?? throw new InvalidOperationException("An entry is missing.");
        }
    }

    private sealed record User(string Name);
}
