using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>The limits of <c>appsettings.json</c> as a caller meets them.</summary>
public sealed partial class RateLimitTests(DataStores stores) : IAsyncLifetime
{
    private const string Login = "/api/auth/login";
    private Upstream _upstream = null!;
    private GatewayApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _gateway = await GatewayApp.StartAsync(stores, UpstreamSetting);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private (string, string?) UpstreamSetting => ("ReverseProxy:Clusters:upstream:Destinations:default:Address", _upstream.Url);

    [Fact]
    public async Task The_sixth_login_in_15_minutes_is_refused()
    {
        for (var remaining = 4; remaining >= 0; remaining--)
        {
            using var passed = await _gateway.CallAsync(HttpMethod.Post, Login);
            Assert.Equal(HttpStatusCode.Accepted, passed.StatusCode);
            Assert.Equal("\"general\";q=100;w=900, \"auth\";q=5;w=900", passed.Header("RateLimit-Policy"));
            Assert.Equal(remaining, RateLimitOf(passed).Remaining);
            Assert.Equal(remaining + 95, RateLimitOf(passed, "general").Remaining);
            Assert.Null(passed.Header("Retry-After"));
        }

        using var refused = await _gateway.CallAsync(HttpMethod.Post, Login);

        var problem = await refused.ProblemAsync(HttpStatusCode.TooManyRequests);
        var (left, reset) = RateLimitOf(refused);
        var retryAfter = int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.Equal("\"general\";q=100;w=900, \"auth\";q=5;w=900", refused.Header("RateLimit-Policy"));
        Assert.Equal(0, left);
        Assert.Equal(95, RateLimitOf(refused, "general").Remaining);
        Assert.InRange(reset, 800, 900);
        Assert.True(retryAfter >= reset, $"Retry-After: {retryAfter} is earlier than t={reset}");
        Assert.Equal("https://iana.org/assignments/http-problem-types#quota-exceeded", problem.GetProperty("type").GetString());
        Assert.Equal("Too many requests", problem.GetProperty("title").GetString());
        Assert.Equal(
            $"The policy 'auth' allows 5 requests in 900 s. Try again in {retryAfter} s.", problem.GetProperty("detail").GetString());
        Assert.Equal("auth", Assert.Single(problem.GetProperty("violated-policies").EnumerateArray()).GetString());
        Assert.Equal(Login, problem.GetProperty("instance").GetString());
    }

    [Fact]
    public async Task A_refused_request_does_not_reach_the_upstream()
    {
        await UseUpAsync("192.0.2.20");

        using var refused = await _gateway.GetAsync(Login, "192.0.2.20");

        Assert.Null(refused.Header("X-Upstream"));
    }

    [Fact]
    public async Task A_refused_request_counts_for_no_policy()
    {
        await UseUpAsync("192.0.2.30");

        using var other = await _gateway.GetAsync("/api/orders", "192.0.2.30");

        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
        Assert.Equal("\"general\";q=100;w=900", other.Header("RateLimit-Policy"));
        Assert.Equal(94, RateLimitOf(other, "general").Remaining);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.3", "::ffff:192.0.2.3", true)]
    [InlineData("::ffff:192.0.2.4", "::ffff:192.0.2.5", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:0:2::1", "2001:db8:0:3::1", false)]
    public async Task A_limit_belongs_to_one_client(string used, string other, bool same)
    {
        await UseUpAsync(used);

        using var response = await _gateway.GetAsync(Login, other);

        Assert.Equal(same ? HttpStatusCode.TooManyRequests : HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task A_second_gateway_sees_the_count()
    {
        var prefix = ("RateLimiting:KeyPrefix", DataStores.CreateRedisPrefix());
        await using var first = await GatewayApp.StartAsync(stores, UpstreamSetting, prefix);
        await using var second = await GatewayApp.StartAsync(stores, UpstreamSetting, prefix);
        for (var remaining = 4; remaining >= 0; remaining--)
        {
            using var passed = await (remaining % 2 == 0 ? first : second).GetAsync(Login);
            Assert.Equal(remaining, RateLimitOf(passed).Remaining);
        }

        using var refused = await second.GetAsync(Login);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    [Fact]
    public async Task Refused_requests_do_not_extend_the_wait()
    {
        await UseUpAsync("192.0.2.40");
        using var first = await _gateway.GetAsync(Login, "192.0.2.40");
        for (var call = 0; call < 50; call++)
        {
            using var refused = await _gateway.GetAsync(Login, "192.0.2.40");
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }

        using var last = await _gateway.GetAsync(Login, "192.0.2.40");

        Assert.InRange(RateLimitOf(last).Reset, 1, RateLimitOf(first).Reset);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health/live")]
    [InlineData("/nowhere")]
    public async Task Paths_without_a_policy_have_no_limit_and_no_headers(string path)
    {
        using var response = await _gateway.GetAsync(path);

        Assert.Null(response.Header("RateLimit"));
        Assert.Null(response.Header("RateLimit-Policy"));
    }

    private async Task UseUpAsync(string address)
    {
        for (var call = 0; call < 5; call++)
        {
            using var passed = await _gateway.GetAsync(Login, address);
            Assert.Equal(HttpStatusCode.Accepted, passed.StatusCode);
        }
    }

    private static (int Remaining, int Reset) RateLimitOf(HttpResponseMessage response, string policy = "auth")
    {
        var match = Assert.Single(RateLimit().Matches(response.Header("RateLimit")!), item => item.Groups["name"].Value == policy);
        return (Number("r"), Number("t"));

        int Number(string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("""(^|, )"(?<name>[a-z-]+)";r=(?<r>\d+);t=(?<t>\d+)(?=,|$)""")]
    private static partial Regex RateLimit();
}
