using Microsoft.Extensions.Options;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.Gateway.Tests.RateLimiting.Policies;

/// <summary>Endpoints of the gateway's own that ask for limits.</summary>
public sealed class EndpointPoliciesTests(DataStores stores)
{
    [Fact]
    public async Task A_policy_that_there_is_not_stops_the_start_with_every_endpoint_that_requires_one()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stores.RedisConnectionString);
        await using var app = Build(redis);
        app.MapGet("/good", () => "").RequireRateLimiting("general").WithDisplayName("GET /good");
        app.MapGet("/one", () => "").RequireRateLimiting("general, login").WithDisplayName("GET /one");
        app.MapGroup("/two").RequireRateLimiting("transfers").MapPost("", () => "").WithDisplayName("POST /two");

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            [
                "GET /one requires the policy 'login', but there is no RateLimiting:Policies:login. There are: general, usage",
                "POST /two requires the policy 'transfers', but there is no RateLimiting:Policies:transfers. There are: general, usage",
            ],
            failure.Failures);
    }

    private static WebApplication Build(IConnectionMultiplexer redis)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        // Without the gateway's own settings
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(
        [
            new("RateLimiting:Policies:usage:Limit", "1"), new("RateLimiting:Policies:usage:Window", "00:01:00"),
            new("RateLimiting:Policies:general:Limit", "1"), new("RateLimiting:Policies:general:Window", "00:01:00"),
        ]);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(redis);
        builder.AddRateLimiting();
        var app = builder.Build();
        app.UseRateLimiting();
        return app;
    }
}
