using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.ServiceDefaults.Redis;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults;

/// <summary>The data clients on Npgsql and StackExchange.Redis directly, as Aspire's packages would set them up.</summary>
internal static class DataClients
{
    public static void RegisterPostgres(this IHostApplicationBuilder builder, string connectionString) =>
        builder.Services.AddNpgsqlDataSource(connectionString);

    public static void RegisterRedis(this IHostApplicationBuilder builder, ConfigurationOptions options)
    {
        RedisConnection.Bound(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options));
    }
}
