using System.Net;
using System.Net.Sockets;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>The headers on every status, whoever made the answer.</summary>
public sealed class EveryAnswerTests(DataStores stores) : IAsyncLifetime
{
    private const string AdminKey = "an-admin-key-of-at-least-24-characters";
    private const string Address = "ReverseProxy:Clusters:upstream:Destinations:default:Address";
    private WeakUpstream _upstream = null!;
    private GatewayApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await WeakUpstream.StartAsync();
        _gateway = await GatewayApp.StartAsync(stores, (Address, _upstream.Url), ("ApiKeys:AdminKey", AdminKey));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.OK)]
    [InlineData("GET", "/health/live", HttpStatusCode.OK)]
    [InlineData("GET", "/openapi/v1.json", HttpStatusCode.OK)]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/admin/api-keys", HttpStatusCode.Unauthorized)]
    [InlineData("GET", ConnectionFilter.FailingPath, HttpStatusCode.InternalServerError)]
    [InlineData("GET", "/api/orders", HttpStatusCode.OK)]
    [InlineData("HEAD", "/api/orders", HttpStatusCode.OK)]
    [InlineData("GET", "/api/status/204", HttpStatusCode.NoContent)]
    [InlineData("GET", "/api/status/304", HttpStatusCode.NotModified)]
    [InlineData("GET", "/api/status/404", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/status/413", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("GET", "/api/status/500", HttpStatusCode.InternalServerError)]
    [InlineData("GET", "/api/status/503", HttpStatusCode.ServiceUnavailable)]
    public async Task An_answer_is_protected(string method, string path, HttpStatusCode status)
    {
        using var response = await _gateway.CallAsync(new HttpMethod(method), path);

        Assert.Equal(status, response.StatusCode);
        response.AssertProtected();
        Assert.All(WeakUpstream.Revealing, name => Assert.Null(response.Header(name)));
        Assert.Null(response.Header("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_with_them()
    {
        // Without the body itself: it is refused by its length, and a client that went on sending could miss the answer
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/api-keys");
        request.Content = new ByteArrayContent(new byte[31_000_000]);
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Api-Key", AdminKey);
        request.Headers.ExpectContinue = true;

        using var response = await _gateway.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        response.AssertProtected();
    }

    [Fact]
    public async Task A_caller_over_its_limit_is_refused_with_them()
    {
        HttpResponseMessage response;
        var calls = 0;
        while ((response = await _gateway.GetAsync("/api/auth/login")).StatusCode != HttpStatusCode.TooManyRequests && calls++ < 10)
        {
            response.Dispose();
        }

        using (response)
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            response.AssertProtected();
        }
    }

    [Fact]
    public async Task An_upstream_that_is_away_is_502_with_them()
    {
        // Nothing listens on port 1
        await using var gateway = await GatewayApp.StartAsync(stores, (Address, "http://127.0.0.1:1"));

        using var response = await gateway.GetAsync("/api/orders");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        response.AssertProtected();
    }

    [Fact]
    public async Task No_upstream_is_503_with_them()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);

        using var response = await gateway.GetAsync("/api/orders");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        response.AssertProtected();
    }

    [Fact]
    public async Task An_upstream_that_does_not_answer_is_504_with_them()
    {
        // Takes connections and says nothing
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var gateway = await GatewayApp.StartAsync(
            stores,
            (Address, $"http://{silent.LocalEndpoint}"),
            ("ReverseProxy:Clusters:upstream:HttpRequest:ActivityTimeout", "00:00:00.300"));

        using var response = await gateway.GetAsync("/api/orders");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        response.AssertProtected();
    }

    [Theory]
    [InlineData("/api/orders", "no-store, max-age=0")]
    [InlineData("/api/cached", "public, max-age=60")]
    [InlineData("/", "no-store, max-age=0")]
    public async Task An_api_decides_how_long_its_answers_hold(string path, string cacheControl)
    {
        using var response = await _gateway.GetAsync(path);

        Assert.Equal(cacheControl, response.Header("Cache-Control"));
    }

    [Fact]
    public async Task Other_headers_of_an_upstream_pass()
    {
        using var response = await _gateway.GetAsync("/api/orders");

        Assert.Equal("7", response.Header("X-Order"));
    }

    [Theory]
    [InlineData("https", "api.example.com", ExpectedHeaders.StrictTransportSecurity)]
    [InlineData("https", "api.example.com:8443", ExpectedHeaders.StrictTransportSecurity)]
    [InlineData("http", "api.example.com", null)]
    [InlineData("https", "localhost", null)]
    [InlineData("https", "127.0.0.1:8080", null)]
    [InlineData("https", "[::1]:8080", null)]
    public async Task Only_https_promises_https(string scheme, string host, string? expected)
    {
        foreach (var path in (string[])["/", "/api/orders", "/nowhere", ConnectionFilter.FailingPath])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            request.Headers.Add(ConnectionFilter.SchemeHeader, scheme);

            using var response = await _gateway.SendAsync(request);

            Assert.Equal(expected, response.Header("Strict-Transport-Security"));
        }
    }

    [Theory]
    [InlineData("127.0.0.0/8", ExpectedHeaders.StrictTransportSecurity)]
    [InlineData("192.0.2.0/24", null)]
    public async Task A_proxy_that_terminated_tls_is_believed_if_it_is_trusted(string trusted, string? expected)
    {
        await using var gateway = await GatewayApp.StartAsync(stores, ("Clients:TrustedProxies:0", trusted));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "api.example.com";
        request.Headers.Add("X-Forwarded-For", "198.51.100.7");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var response = await gateway.SendAsync(request);

        Assert.Equal(expected, response.Header("Strict-Transport-Security"));
    }
}
