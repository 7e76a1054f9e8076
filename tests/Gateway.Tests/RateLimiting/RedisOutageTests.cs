using System.Net;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>What callers and operators see while Redis is away.</summary>
public sealed class RedisOutageTests(DataStores stores) : IAsyncLifetime
{
    /// <summary>Nothing listens on port 1.</summary>
    private const string NoRedis = "127.0.0.1:1,connectTimeout=100";

    private Upstream _upstream = null!;

    public async ValueTask InitializeAsync() => _upstream = await Upstream.StartAsync();

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task The_gateway_limits_by_itself_and_the_outage_is_one_line()
    {
        await using var gateway = await StartAsync();
        // The gateway asked once before it took requests, so the outage is known by now
        Assert.Equal(LogLevel.Error, Assert.Single(gateway.Logs.Of<RedisCircuit>()).Level);

        for (var call = 1; call <= 5; call++)
        {
            using var passed = await gateway.GetAsync("/api/auth/login");
            Assert.Equal(HttpStatusCode.Accepted, passed.StatusCode);
            Assert.Equal("\"general\";q=100;w=900, \"auth\";q=5;w=900", passed.Header("RateLimit-Policy"));
            Assert.Matches($"\"general\";r={100 - call};t=\\d+, \"auth\";r={5 - call};t=\\d+", passed.Header("RateLimit"));
        }

        using var refused = await gateway.GetAsync("/api/auth/login");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Single(gateway.Logs.Of<RedisCircuit>());
        using var ready = await gateway.GetAsync("/health/ready");
        // It goes on, and so nothing may take it out of use
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("""{"status":"Degraded"}""", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_open_policy_lets_requests_pass_uncounted()
    {
        await using var gateway = await StartAsync(
            ("RateLimiting:Policies:auth:FailureMode", "open"), ("RateLimiting:Policies:general:FailureMode", "open"));

        for (var call = 0; call < 6; call++)
        {
            using var passed = await gateway.GetAsync("/api/auth/login");
            Assert.Equal(HttpStatusCode.Accepted, passed.StatusCode);
            // The upstream's own passes: nobody knows how many are left
            Assert.Equal("\"upstream\";r=1;t=1", passed.Header("RateLimit"));
        }
    }

    [Fact]
    public async Task A_closed_policy_refuses_requests_but_never_says_that_the_limit_is_used_up()
    {
        await using var gateway = await StartAsync(("RateLimiting:Policies:auth:FailureMode", "closed"));

        using var refused = await gateway.GetAsync("/api/auth/login");
        using var other = await gateway.GetAsync("/api/orders");

        var problem = await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity", problem.GetProperty("type").GetString());
        Assert.Equal("auth", Assert.Single(problem.GetProperty("violated-policies").EnumerateArray()).GetString());
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Null(refused.Header("X-Upstream"));
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
    }

    private Task<GatewayApp> StartAsync(params (string Key, string? Value)[] settings) => GatewayApp.StartAsync(
        stores,
        [
            ("ConnectionStrings:redis", NoRedis),
            ("ReverseProxy:Clusters:upstream:Destinations:default:Address", _upstream.Url),
            .. settings,
        ]);
}
