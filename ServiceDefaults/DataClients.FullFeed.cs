using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults;

/// <summary>The data clients of Aspire's packages: tracing, metrics and the dashboard's view of them included.</summary>
internal static class DataClients
{
    public static void RegisterPostgres(this IHostApplicationBuilder builder, string connectionString) =>
        builder.AddNpgsqlDataSource("prodready", settings =>
        {
            settings.ConnectionString = connectionString;
            // Added by the caller for both feeds, with a bound on its time
            settings.DisableHealthChecks = true;
        });

    public static void RegisterRedis(this IHostApplicationBuilder builder, ConfigurationOptions options) =>
        builder.AddRedisClient(
            "redis",
            settings =>
            {
                settings.ConnectionString = options.ToString(includePassword: true);
                settings.DisableHealthChecks = true;
            },
            DataClientExtensions.BoundWaits);
}
