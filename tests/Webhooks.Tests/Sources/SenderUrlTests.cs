using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Sources;

public sealed class SenderUrlTests
{
    [Fact]
    public void Without_proxies_it_is_the_requests() =>
        Assert.Equal("http://inner:5000/webhooks/twilio?a=%20b", UrlOf(Request()));

    [Fact]
    public void Proxies_say_what_their_client_saw()
    {
        var request = Request();
        request.Headers["X-Forwarded-Proto"] = "https, http";
        request.Headers["X-Forwarded-Host"] = "example.com:8443, gateway";
        request.Headers["X-Forwarded-Prefix"] = "/api/";
        Assert.Equal("https://example.com:8443/api/webhooks/twilio?a=%20b", UrlOf(request));
    }

    [Fact]
    public void Configured_address_wins_and_keeps_the_query()
    {
        var request = Request();
        request.Headers["X-Forwarded-Host"] = "evil.example";
        Assert.Equal("https://example.com/hooks?a=%20b", UrlOf(request, ("PublicUrl", "https://example.com/hooks")));
    }

    [Fact]
    public void Scheme_that_does_not_sign_it_needs_none() =>
        Assert.Equal("", TestSource.WithSecret("github", "secret").UrlOf(Request()));

    private static string UrlOf(HttpRequest request, params (string, string?)[] settings) =>
        TestSource.Of("twilio", [.. settings, ("Secret", "token")]).UrlOf(request);

    private static HttpRequest Request()
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host, request.Path) = ("http", new HostString("inner", 5000), "/webhooks/twilio");
        request.QueryString = new QueryString("?a=%20b");
        return request;
    }
}
