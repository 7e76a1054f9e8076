using System.Net;
using System.Text.RegularExpressions;
using ProdReady.Gateway.LiveSettings;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>Sets by name, on routes and on the documentation, and what becomes of them when the configuration changes.</summary>
public sealed partial class HeaderSetTests(DataStores stores) : IAsyncLifetime
{
    private const string Route = "ReverseProxy:Routes:api:Metadata:SecurityHeaders";
    private const string Website = "SecurityHeaders:Sets:website";
    private WeakUpstream _upstream = null!;

    public async ValueTask InitializeAsync() => _upstream = await WeakUpstream.StartAsync();

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task A_route_has_the_set_that_it_names()
    {
        await using var gateway = await StartAsync(
            (Route, "WebSite"),
            ($"{Website}:Headers:Content-Security-Policy", "default-src 'self'"),
            ($"{Website}:Headers:X-Frame-Options", "sameorigin"),
            ($"{Website}:Headers:X-Download-Options", ""),
            ($"{Website}:Headers:Permissions-Policy", ""),
            ($"{Website}:Headers:X-Team", "shop"),
            ($"{Website}:Keep:0", "Referrer-Policy"),
            ($"{Website}:Keep:1", "Server"),
            ("SecurityHeaders:Remove:0", "X-Order"));

        using var named = await gateway.GetAsync("/api/orders");
        using var other = await gateway.GetAsync("/api/auth/login");

        Assert.Equal("default-src 'self'", named.Header("Content-Security-Policy"));
        Assert.Equal("sameorigin", named.Header("X-Frame-Options"));
        Assert.Null(named.Header("X-Download-Options"));
        // The upstream's own is not let through either
        Assert.Null(named.Header("Permissions-Policy"));
        Assert.Equal("shop", named.Header("X-Team"));
        Assert.Equal("unsafe-url", named.Header("Referrer-Policy"));
        Assert.Equal("acme/1.2.3", named.Header("Server"));
        Assert.Null(named.Header("x-powered-by"));
        Assert.Null(named.Header("X-Order"));
        Assert.Equal("nosniff", named.Header("X-Content-Type-Options"));
        other.AssertProtected();
        Assert.Null(other.Header("X-Team"));
    }

    [Fact]
    public async Task A_kept_header_is_ours_where_the_upstream_has_none()
    {
        await using var gateway = await StartAsync((Route, "website"), ($"{Website}:Keep:0", "X-DNS-Prefetch-Control"));

        using var response = await gateway.GetAsync("/api/orders");

        Assert.Equal("off", response.Header("X-DNS-Prefetch-Control"));
    }

    [Fact]
    public async Task What_a_set_keeps_is_kept_of_the_headers_with_conditions_too()
    {
        await using var gateway = await StartAsync(
            (Route, "website"),
            ($"{Website}:Headers:Content-Security-Policy", "script-src 'nonce-{nonce}'"),
            ($"{Website}:Keep:0", "Content-Security-Policy"),
            ($"{Website}:Keep:1", "Strict-Transport-Security"));
        using var secure = new HttpRequestMessage(HttpMethod.Get, "/api/orders");
        secure.Headers.Host = "api.example.com";
        secure.Headers.Add(ConnectionFilter.SchemeHeader, "https");

        using var kept = await gateway.SendAsync(secure);
        using var plain = await gateway.GetAsync("/api/orders");

        Assert.Equal(("default-src *", "max-age=0"), (kept.Header("Content-Security-Policy"), kept.Header("Strict-Transport-Security")));
        Assert.Null(plain.Header("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_built_in_set_can_be_changed_for_all()
    {
        await using var gateway = await StartAsync(
            ("SecurityHeaders:Sets:API:Headers:Strict-Transport-Security", "max-age=300"),
            ("SecurityHeaders:Sets:API:Headers:referrer-policy", "same-origin"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Host = "api.example.com";
        request.Headers.Add(ConnectionFilter.SchemeHeader, "https");

        using var response = await gateway.SendAsync(request);

        response.AssertProtected(("Referrer-Policy", "same-origin"));
        Assert.Equal("max-age=300", response.Header("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Documentation_has_scripts_by_nonce_another_one_each_time()
    {
        await using var gateway = await StartAsync();

        var nonces = new HashSet<string>();
        for (var call = 0; call < 2; call++)
        {
            using var response = await gateway.GetAsync("/docs/");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var policy = response.Header("Content-Security-Policy")!;
            response.AssertProtected(("Content-Security-Policy", policy));
            var nonce = Nonce().Match(policy).Groups[1].Value;
            Assert.Equal(
                $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                policy);
            var html = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Contains($"nonce=\"{nonce}\"", html, StringComparison.Ordinal);
            Assert.True(nonces.Add(nonce));
        }
    }

    [Fact]
    public async Task A_changed_set_holds_from_the_next_answer_on()
    {
        await using var gateway = await StartAsync();

        gateway.Change(("SecurityHeaders:Sets:api:Headers:X-Frame-Options", "sameorigin"));

        using var response = await gateway.GetAsync("/");
        response.AssertProtected(("X-Frame-Options", "sameorigin"));
    }

    [Theory]
    [InlineData("SecurityHeaders:Sets:api:Headers:X Y", "1", "SecurityHeaders:Sets:api:Headers:X Y is not a header's name. Example: X-Frame-Options")]
    [InlineData("SecurityHeaders:Default", "ap", "SecurityHeaders:Default is 'ap', but there is no SecurityHeaders:Sets:ap. There are: api, documentation")]
    [InlineData(Route, "shop", Route + " is 'shop', but there is no SecurityHeaders:Sets:shop. There are: api, documentation")]
    public async Task An_invalid_change_is_refused_whole_and_logged(string key, string value, string failure)
    {
        await using var gateway = await StartAsync();

        gateway.Change(("SecurityHeaders:Sets:api:Headers:X-Frame-Options", "sameorigin"), (key, value));

        using var own = await gateway.GetAsync("/");
        using var proxied = await gateway.GetAsync("/api/orders");
        own.AssertProtected();
        proxied.AssertProtected();
        var line = Assert.Single(gateway.Logs.Of<LiveSettingsReload>());
        Assert.Equal((LogLevel.Error, $"The changed configuration is wrong, and all stays as it was: {failure}"), (line.Level, line.Text));
    }

    private Task<GatewayApp> StartAsync(params (string Key, string? Value)[] settings) => GatewayApp.StartAsync(
        stores, [("ReverseProxy:Clusters:upstream:Destinations:default:Address", _upstream.Url), .. settings]);

    [GeneratedRegex("'nonce-([A-Za-z0-9+/=]{40,})'")]
    private static partial Regex Nonce();
}
