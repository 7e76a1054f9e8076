using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>What goes out compressed.</summary>
public sealed class CompressionTests(DataStores stores) : ProxyTest(stores)
{
    [Theory]
    [InlineData("br, gzip", null, "br")]
    [InlineData("gzip", null, "gzip")]
    [InlineData("identity", null, null)]
    [InlineData("br", "session=1", null)]
    public async Task Text_is_compressed_for_those_who_accept_it_and_send_no_cookie(string accept, string? cookie, string? expected)
    {
        var gateway = await GatewayAsync([(await ServeTextAsync()).Url], ("Compression:Enabled", "true"));
        (string, string)[] headers = cookie is null ? [("Accept-Encoding", accept)] : [("Accept-Encoding", accept), ("Cookie", cookie)];

        using var response = await gateway.GetAsync("/test/a", null, headers);

        Assert.Equal(expected, response.Content.Headers.ContentEncoding.SingleOrDefault());
        if (expected is not null)
        {
            Assert.Contains("Accept-Encoding", response.Headers.Vary);
        }
    }

    [Fact]
    public async Task An_encoded_answer_and_one_that_sets_a_cookie_pass_as_they_are()
    {
        var gateway = await GatewayAsync([(await ServeTextAsync()).Url], ("Compression:Enabled", "true"));

        using var encoded = await gateway.GetAsync("/test/encoded", null, ("Accept-Encoding", "br"));
        using var secret = await gateway.GetAsync("/test/secret", null, ("Accept-Encoding", "br"));

        Assert.Equal("zstd", Assert.Single(encoded.Content.Headers.ContentEncoding));
        Assert.Empty(secret.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task By_default_nothing_is_compressed()
    {
        var gateway = await GatewayAsync([(await ServeTextAsync()).Url]);

        using var response = await gateway.GetAsync("/test/a", null, ("Accept-Encoding", "br"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    private Task<LiveServer> ServeTextAsync() => ServeAsync(context =>
    {
        context.Response.ContentType = "application/json";
        if (context.Request.Path.StartsWithSegments("/test/encoded"))
        {
            context.Response.Headers.ContentEncoding = "zstd";
        }
        else if (context.Request.Path.StartsWithSegments("/test/secret"))
        {
            context.Response.Cookies.Append("session", "1");
        }

        return context.Response.WriteAsync(new string('a', 10_000));
    });
}
