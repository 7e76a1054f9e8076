using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.ServiceDefaults.Redis;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults;

/// <summary>
/// The data clients of Aspire's packages. Their tracing and metrics are off: ours are the same on both feeds, listen only where
/// somebody exports, and a Redis client has room for one profiler.
/// </summary>
internal static class DataClients
{
    public static void RegisterPostgres(this IHostApplicationBuilder builder, string connectionString) =>
        builder.AddNpgsqlDataSource("prodready", settings =>
        {
            settings.ConnectionString = connectionString;
            // Added by the caller for both feeds, with a bound on its time
            settings.DisableHealthChecks = true;
            settings.DisableTracing = true;
            settings.DisableMetrics = true;
        });

    public static void RegisterRedis(this IHostApplicationBuilder builder, ConfigurationOptions options) =>
        builder.AddRedisClient(
            "redis",
            settings =>
            {
                // Without the password: a comma in it would end it there, since that form knows no escape
                settings.ConnectionString = options.ToString(includePassword: false);
                settings.DisableHealthChecks = true;
                settings.DisableTracing = true;
            },
            parsed =>
            {
                parsed.Password = options.Password;
                // Its lines come per connection, in an outage for ever; what matters is logged here, once
                parsed.LoggerFactory = NullLoggerFactory.Instance;
                RedisConnection.Bound(parsed);
            });
}
