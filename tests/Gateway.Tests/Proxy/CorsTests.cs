using System.Net;
using ProdReady.Gateway.Proxy.Cors;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Which pages may call.</summary>
public sealed class CorsTests(DataStores stores) : ProxyTest(stores)
{
    private const string Origin = "https://app.example.com";
    private static readonly (string, string?)[] Policy =
    [
        ($"{Route}:CorsPolicy", "app"),
        ("Cors:Policies:app:Origins:0", Origin),
        ("Cors:Policies:app:Methods:0", "PUT"),
        ("Cors:Policies:app:Headers:0", "X-Api-Key"),
        ("Cors:Policies:app:AllowCredentials", "true"),
    ];

    [Fact]
    public async Task A_preflight_is_answered_here_and_names_what_is_allowed()
    {
        var upstream = await ServeAsync("any");
        var gateway = await GatewayAsync([upstream.Url], Policy);

        using var allowed = await PreflightAsync(gateway, Origin);
        using var other = await PreflightAsync(gateway, "https://evil.example");

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(
            (Origin, "true", "PUT", "X-Api-Key", "600"),
            (allowed.Header("Access-Control-Allow-Origin"), allowed.Header("Access-Control-Allow-Credentials"),
                allowed.Header("Access-Control-Allow-Methods"), allowed.Header("Access-Control-Allow-Headers"),
                allowed.Header("Access-Control-Max-Age")));
        Assert.Null(other.Header("Access-Control-Allow-Origin"));
        Assert.Equal(0, upstream.Requests);
    }

    [Fact]
    public async Task The_gateways_policy_replaces_the_upstreams_headers()
    {
        var gateway = await GatewayAsync([(await ServeOpenAsync()).Url], Policy);

        using var allowed = await gateway.GetAsync("/test/a", null, ("Origin", Origin));
        using var other = await gateway.GetAsync("/test/a", null, ("Origin", "https://evil.example"));

        Assert.Equal(Origin, allowed.Header("Access-Control-Allow-Origin"));
        Assert.Null(other.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Without_a_policy_no_page_may_call_unless_the_route_leaves_it_to_the_upstream()
    {
        var upstream = await ServeOpenAsync();
        var closed = await GatewayAsync([upstream.Url]);
        var open = await GatewayAsync([upstream.Url], ($"{Route}:Metadata:Cors", "upstream"));

        using var none = await closed.GetAsync("/test/a", null, ("Origin", Origin));
        using var upstreams = await open.GetAsync("/test/a", null, ("Origin", Origin));

        Assert.Null(none.Header("Access-Control-Allow-Origin"));
        Assert.Equal("*", upstreams.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public void Wrong_policies_are_all_named() => Assert.Equal(
        [
            "Cors:Policies:all:Origins has '*', which stands alone and without AllowCredentials: else any page could act as its visitor. "
                + "Example: https://app.example.com",
            "Cors:Policies:none:Origins is empty. Example: https://app.example.com",
            "Cors:Policies:path:Origins has 'https://a.example/x', which is no origin: scheme, host and port only. Example: https://app.example.com",
            "Cors:Policies:path:Origins has 'https://me@a.example', which is no origin: scheme, host and port only. Example: https://app.example.com",
            "Cors:Policies:path:Methods has 'GET, PUT', which is no name: one entry for each. Example: PUT",
            "Cors:Policies:path:Headers has '', which is no name: one entry for each. Example: X-Api-Key",
            "Cors:Policies:path:ExposedHeaders has 'Rate Limit', which is no name: one entry for each. Example: RateLimit",
            "Cors:Policies:path:MaxAge is 2.00:00:00; it must be 0 to 1 day. Example: 00:10:00",
            "Cors:Policies:past:MaxAge is -00:00:01; it must be 0 to 1 day. Example: 00:10:00",
        ],
        new ValidateCorsPolicyOptions().Validate(null, new()
        {
            Policies =
            {
                ["all"] = new() { Origins = ["*"], AllowCredentials = true },
                ["none"] = new(),
                ["path"] = new()
                {
                    Origins = ["https://a.example/x", "https://me@a.example"],
                    Methods = ["PATCH", "GET, PUT"],
                    Headers = [""],
                    ExposedHeaders = ["Rate Limit"],
                    MaxAge = TimeSpan.FromDays(2),
                },
                ["past"] = new() { Origins = ["https://a.example"], MaxAge = TimeSpan.FromSeconds(-1) },
                ["good"] = new() { Origins = ["http://localhost:3000"], Methods = ["*"], Headers = ["*"], ExposedHeaders = ["RateLimit"] },
            },
        }).Failures!);

    private Task<LiveServer> ServeOpenAsync() => ServeAsync(context =>
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return Task.CompletedTask;
    });

    private static Task<HttpResponseMessage> PreflightAsync(GatewayApp gateway, string origin) => gateway.CallAsync(
        HttpMethod.Options,
        "/test/a",
        null,
        ("Origin", origin),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "x-api-key"));
}
