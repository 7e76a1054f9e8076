using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ZiggyCreatures.Caching.Fusion;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>The cache that all processes of the product share.</summary>
public static class CacheExtensions
{
    /// <summary>
    /// Adds <see cref="Cache"/>: in memory, shared through Redis. Needs <see cref="DataClientExtensions.AddRedis"/>. More than one call
    /// adds it once.
    /// </summary>
    public static IHostApplicationBuilder AddCache(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(Cache)))
        {
            return builder;
        }

        services.AddSingleton<IValidateOptions<CacheOptions>, ValidateCacheOptions>();
        services.AddOptions<CacheOptions>().BindConfiguration(CacheOptions.SectionName).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<CacheMetrics>();
        services.AddSingleton<CacheRedis>();
        services.AddSingleton<EntryPolicy>();
        services.AddSingleton<FactoryFailures>();
        services.AddSingleton<CacheEntries>();
        services.AddSingleton<Flights>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<PendingChanges>();
        services.AddSingleton<TagVersions>();
        services.AddSingleton<RedisLevel>();
        services.AddSingleton<RedisBackplane>();
        services.AddSingleton<CacheMemory>();
        services.AddSingleton<PatternRemoval>();
        services.AddSingleton(CreateFusionCache);
        services.AddSingleton(CreateCache);
        services.AddHostedService<CacheWorker>();
        return builder;
    }

    private static IFusionCache CreateFusionCache(IServiceProvider services)
    {
        // Without a logger: its lines come per operation, an outage would be thousands; what matters is logged here, once
        var fusion = new FusionCache(
            new FusionCacheOptions
            {
                CacheName = "prodready",
                // The level adds the prefix; here, it would cost a string a hit
                CacheKeyPrefix = null,
                DistributedCacheKeyModifierMode = CacheKeyModifierMode.None,
                // Tags and recovery are ours: FusionCache's compare the clocks of different machines
                DisableTagging = true,
                EnableAutoRecovery = false,
                EnableBestPracticesAdvisor = false,
                WaitForInitialBackplaneSubscribe = true,
            },
            services.GetRequiredService<CacheEntries>());
        fusion.SetupDistributedCache(services.GetRequiredService<RedisLevel>(), new CacheSerializer());
        fusion.SetupBackplane(services.GetRequiredService<RedisBackplane>());
        return fusion;
    }

    private static Cache CreateCache(IServiceProvider services) => new(
        services.GetRequiredService<IFusionCache>(),
        services.GetRequiredService<CacheMemory>(),
        services.GetRequiredService<RedisLevel>(),
        services.GetRequiredService<Flights>(),
        services.GetRequiredService<TagVersions>(),
        services.GetRequiredService<PatternRemoval>(),
        services.GetRequiredService<CacheRedis>(),
        services.GetRequiredService<EntryPolicy>(),
        services.GetRequiredService<FactoryFailures>(),
        services.GetRequiredService<CacheMetrics>());
}
