using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.TestHost;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Postgres;

/// <summary>Readiness over a Postgres that accepts connections and then says nothing, as a frozen one does.</summary>
public sealed class PostgresHealthTests(DataStores stores)
{
    [Fact]
    public async Task Of_several_hosts_the_one_that_answers_is_used()
    {
        await using var database = await stores.CreateDatabaseAsync();
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        // Nothing listens on port 1
        settings.Host = $"127.0.0.1:1,{settings.Host}:{settings.Port}";
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:prodready"] = settings.ConnectionString;
        builder.AddPostgres();
        using var host = builder.Build();

        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT 7");

        Assert.Equal(7, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_frozen_Postgres_is_told_within_the_bound()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Configuration["ConnectionStrings:prodready"] =
            $"postgres://me:secret@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/shop?connect_timeout=60";
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddPostgres();
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        await app.StartAsync(TestContext.Current.CancellationToken);

        var started = Stopwatch.GetTimestamp();
        using var ready = await app.GetTestClient().GetAsync("/health/ready", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        // The bound is 2 s; the rest is for a machine that does other things too
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    }
}
