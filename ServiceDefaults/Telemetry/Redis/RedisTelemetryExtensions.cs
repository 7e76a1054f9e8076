using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Telemetry.Redis;

/// <summary>Traces and measures the commands of the registered Redis client.</summary>
internal static class RedisTelemetryExtensions
{
    /// <summary>
    /// Attaches to the client when it is made, whichever adapter registered it: resolving it here would make the start wait
    /// for Redis.
    /// </summary>
    public static void AddRedisTelemetry(this IServiceCollection services)
    {
        var client = services.Last(service => service.ServiceType == typeof(IConnectionMultiplexer) && !service.IsKeyedService);
        services.Remove(client);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisMetrics>();
        services.AddSingleton<RedisProfiler>();
        services.AddSingleton(provider =>
        {
            // First, so that it is disposed last: the commands under way at the end are still counted
            var profiler = provider.GetRequiredService<RedisProfiler>();
            var redis = (IConnectionMultiplexer)client.ImplementationFactory!(provider);
            profiler.Attach(redis);
            return redis;
        });
    }
}
