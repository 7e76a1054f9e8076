using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.TestHost;

namespace ProdReady.ServiceDefaults.Tests.Postgres;

/// <summary>Readiness over a Postgres that accepts connections and then says nothing, as a frozen one does.</summary>
public sealed class PostgresHealthTests
{
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
