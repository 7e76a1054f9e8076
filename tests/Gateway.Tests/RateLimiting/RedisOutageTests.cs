using System.Net;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>What callers and operators see while Redis is away.</summary>
public sealed class RedisOutageTests(DataStores stores) : IAsyncLifetime
{
    /// <summary>Nothing listens on port 1.</summary>
    private const string NoRedis = "127.0.0.1:1,connectTimeout=100";

    private Upstream _upstream = null!;
    private GatewayApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _gateway = await GatewayApp.StartAsync(
            stores,
            ("ConnectionStrings:redis", NoRedis),
            ("ReverseProxy:Clusters:upstream:Destinations:default:Address", _upstream.Url));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Requests_pass_uncounted_and_the_outage_is_one_line()
    {
        // The gateway asked once before it took requests, so the outage is known by now
        Assert.Equal(LogLevel.Error, Assert.Single(_gateway.Logs.Of<RedisRateLimiter>()).Level);

        for (var call = 0; call < 6; call++)
        {
            using var response = await _gateway.GetAsync("/api/auth/login");
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            // The upstream's own passes: there is none of ours
            Assert.Equal("\"upstream\";r=1;t=1", response.Header("RateLimit"));
            Assert.Null(response.Header("RateLimit-Policy"));
        }

        Assert.Single(_gateway.Logs.Of<RedisRateLimiter>());
        using var ready = await _gateway.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }
}
