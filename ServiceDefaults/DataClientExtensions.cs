using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.ServiceDefaults.Redis;
using ProdReady.ServiceDefaults.Telemetry.Redis;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults;

/// <summary>The clients of the shared data stores.</summary>
public static class DataClientExtensions
{
    /// <summary>How long a readiness check may take before its dependency counts as down.</summary>
    private static readonly TimeSpan HealthCheckTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long connecting to Postgres may take, in seconds.</summary>
    private const int PostgresConnectTimeout = 3;

    /// <summary>How many connections one process keeps at most.</summary>
    private const int PostgresConnections = 20;

    /// <summary>
    /// Adds <see cref="NpgsqlDataSource"/> for the connection string <c>prodready</c> (or <c>DATABASE_URL</c>), with a
    /// readiness check, tracing and metrics. A missing or malformed value stops the start.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="keepsPlans">
    /// Whether connections go back to their pool as they are, with the plans that the server has made for functions. Only for a
    /// service that leaves nothing behind in a session: no <c>SET</c>, no session-level lock, no temporary table.
    /// </param>
    /// <param name="isVital">
    /// <see langword="false"/> for a service that goes on without it: <c>/health/ready</c> then says Degraded, with 200, while it is away,
    /// so that nothing takes the service out of use.
    /// </param>
    public static IHostApplicationBuilder AddPostgres(
        this IHostApplicationBuilder builder, bool keepsPlans = false, bool isVital = true)
    {
        builder.AddDataStoreOptions().Configure(options => options.UsesPostgres = true);

        // An unusable value is reported by the options' validation, with all other failures; until then a stand-in
        // that reaches nothing keeps the registration itself from throwing.
        var connectionString = ConnectionUrl.TryParsePostgres(
            builder.Configuration.GetConnectionString("prodready"), out var parsed, out _) ? parsed : "Host=127.0.0.1;Port=1";
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= builder.Environment.ApplicationName;
        BoundConnections(settings, keepsPlans);
        builder.RegisterPostgres(settings.ConnectionString);
        builder.Services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", Away(isVital), timeout: HealthCheckTimeout);
        return builder;
    }

    /// <summary>
    /// Adds <see cref="IConnectionMultiplexer"/> for the connection string <c>redis</c> (or <c>REDIS_URL</c>), with a
    /// readiness check, tracing and metrics. The start does not need Redis to be up, and a command fails within its bound
    /// instead of waiting for a reconnect, which is tried for ever.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="isVital">As for Postgres.</param>
    public static IHostApplicationBuilder AddRedis(this IHostApplicationBuilder builder, bool isVital = true)
    {
        builder.AddDataStoreOptions().Configure(options => options.UsesRedis = true);

        var options = ConnectionUrl.TryParseRedis(builder.Configuration.GetConnectionString("redis"), out var parsed, out _)
            ? parsed
            : new ConfigurationOptions { EndPoints = { "127.0.0.1:1" } };
        options.ClientName ??= builder.Environment.ApplicationName;
        builder.RegisterRedis(options);
        builder.Services.AddRedisTelemetry();
        builder.Services.AddHostedService<RedisStartUp>();
        builder.Services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis", Away(isVital), timeout: HealthCheckTimeout);
        return builder;
    }

    /// <summary>
    /// Npgsql's defaults are 15 s for a connect, which a frozen server makes everyone wait for, and 100 connections, which
    /// is all that a default server has for all services together. A connection string that says otherwise wins.
    /// </summary>
    private static void BoundConnections(NpgsqlConnectionStringBuilder settings, bool keepsPlans)
    {
        var chosen = settings.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        settings.Timeout = chosen.Contains("Timeout") ? settings.Timeout : PostgresConnectTimeout;
        settings.MaxPoolSize = chosen.Contains("Maximum Pool Size")
            ? settings.MaxPoolSize
            : Math.Max(PostgresConnections, settings.MinPoolSize);
        settings.NoResetOnClose = chosen.Contains("No Reset On Close") ? settings.NoResetOnClose : keepsPlans;
    }

    private static HealthStatus Away(bool isVital) => isVital ? HealthStatus.Unhealthy : HealthStatus.Degraded;

    private static OptionsBuilder<DataStoreOptions> AddDataStoreOptions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<DataStoreOptions>, ValidateDataStoreOptions>();
        return builder.Services.AddOptions<DataStoreOptions>().ValidateOnStart();
    }
}
