using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.TestHost;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Redis;

/// <summary>The client that every service gets, over a Redis that comes and goes.</summary>
public sealed class RedisClientTests : IAsyncDisposable
{
    /// <summary>The bounds are 2 s; the rest is for a machine that does other things too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private WebApplication? _app;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IDatabase Database => _app!.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

    [Fact]
    public async Task A_service_starts_without_Redis_and_finds_it_later()
    {
        await using var redis = await RedisProcess.CreateAsync();

        await BoundedAsync(() => StartAsync(redis.ConnectionString));
        await FailsAsync();
        await ReadyAsync(HttpStatusCode.ServiceUnavailable);

        await redis.RestartAsync();
        await WorksAsync();
        await ReadyAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_killed_Redis_fails_commands_at_once_and_is_found_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        await StartAsync(redis.ConnectionString);
        await WorksAsync();

        await redis.KillAsync();
        await FailsAsync();
        await ReadyAsync(HttpStatusCode.ServiceUnavailable);

        await redis.RestartAsync();
        await WorksAsync();
    }

    [Fact]
    public async Task A_frozen_Redis_fails_commands_and_readiness_within_their_bound()
    {
        await using var redis = await RedisProcess.StartAsync();
        await StartAsync(redis.ConnectionString);
        await WorksAsync();

        await redis.FreezeAsync();
        await ReadyAsync(HttpStatusCode.ServiceUnavailable);
        await FailsAsync();

        await redis.ThawAsync();
        await WorksAsync();
        await ReadyAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_frozen_Redis_does_not_keep_a_service_from_starting()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.FreezeAsync();

        await BoundedAsync(() => StartAsync(redis.ConnectionString));

        await FailsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private async Task StartAsync(string redis)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Configuration["ConnectionStrings:redis"] = redis;
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddRedis();
        _app = builder.Build();
        _app.MapDefaultEndpoints();
        await _app.StartAsync(Cancellation);
    }

    private Task FailsAsync() => BoundedAsync(() => Assert.ThrowsAnyAsync<Exception>(() => Database.PingAsync()));

    private Task<bool> WorksAsync() => Eventually.ReadAsync(
        async () =>
        {
            try
            {
                await Database.PingAsync();
                return true;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                return false;
            }
        },
        works => works);

    private Task ReadyAsync(HttpStatusCode expected) => BoundedAsync(async () =>
    {
        using var ready = await _app!.GetTestClient().GetAsync("/health/ready", Cancellation);
        Assert.Equal(expected, ready.StatusCode);
    });

    private static async Task BoundedAsync(Func<Task> operation)
    {
        var started = Stopwatch.GetTimestamp();
        await operation();
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Patience);
    }
}
