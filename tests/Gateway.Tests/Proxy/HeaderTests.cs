using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>What an upstream sees of a caller's headers.</summary>
public sealed class HeaderTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task Who_the_client_is_comes_from_the_connection_alone()
    {
        var echo = await EchoAsync(
            "192.0.2.7",
            ("X-Forwarded-For", "10.0.0.1"),
            ("X-Forwarded-Host", "bank.example"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Prefix", "/admin"),
            ("X-Forwarded-User", "root"),
            ("X-Forwarded-Client-Cert", "By=me"),
            ("Forwarded", "for=10.0.0.1"),
            ("X-Real-IP", "10.0.0.1"),
            ("True-Client-IP", "10.0.0.1"),
            ("X-Original-URL", "/admin"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("X-ProdReady-User", "root"),
            ("Proxy", "http://evil.example"),
            // What CGI takes for the names above
            ("X_Forwarded_For", "10.0.0.1"),
            ("X_Real-IP", "10.0.0.1"),
            ("X_Own_Name", "stays"),
            ("X-Custom", "stays"));

        Assert.Equal("192.0.2.7", echo.Header("X-Forwarded-For"));
        Assert.Equal("http", echo.Header("X-Forwarded-Proto"));
        Assert.StartsWith("127.0.0.1:", echo.Header("X-Forwarded-Host"), StringComparison.Ordinal);
        Assert.Equal(("stays", "stays"), (echo.Header("X-Custom"), echo.Header("X_Own_Name")));
        Assert.Empty(echo.Headers.Where(header => !header.Key.StartsWith("X-Forwarded-", StringComparison.Ordinal)).Select(header => header.Value)
            .Intersect(["10.0.0.1", "for=10.0.0.1", "/admin", "DELETE", "root", "http://evil.example"]));
        Assert.Equal(3, echo.Headers.Keys.Count(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task What_was_meant_for_this_connection_ends_here_and_what_is_ours_stays()
    {
        var echo = await EchoAsync(
            "192.0.2.7",
            ("Connection", "X-Secret-Hop, X-Forwarded-For, X-Correlation-ID, Content-Length"),
            ("X-Secret-Hop", "1"),
            ("X-Correlation-ID", "mine"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "trailers"),
            ("Proxy-Authorization", "Basic eA=="),
            ("Proxy-Connection", "keep-alive"));

        Assert.Null(echo.Header("X-Secret-Hop"));
        Assert.Null(echo.Header("Keep-Alive"));
        Assert.Null(echo.Header("Proxy-Authorization"));
        Assert.Null(echo.Header("Proxy-Connection"));
        Assert.Null(echo.Header("Connection"));
        Assert.Equal("192.0.2.7", echo.Header("X-Forwarded-For"));
        Assert.Equal("mine", echo.Header("X-Correlation-ID"));
    }

    private async Task<Echo> EchoAsync(string from, params (string Name, string Value)[] headers)
    {
        var upstream = Own(await Upstream.StartAsync());
        var gateway = await GatewayAsync([upstream.Url]);
        using var response = await gateway.CallAsync(HttpMethod.Get, "/test/a", from, headers);
        return await response.JsonAsync<Echo>();
    }
}
