using System.Collections.Concurrent;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Bytes that two servers could read as different requests. Whatever the gateway answers, the upstream must not see the second.</summary>
public sealed class SmugglingTests(DataStores stores) : ProxyTest(stores)
{
    private const string Smuggled = "GET /test/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + Smuggled + "\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + Smuggled)]
    [InlineData("Content-Length: 0, 40\r\n\r\n" + Smuggled)]
    [InlineData("Content-Length: 0x28\r\n\r\n" + Smuggled)]
    [InlineData("Content-Length: 40 \r\nContent-Length : 0\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: identity, chunked, chunked\r\n\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-1\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + Smuggled)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n" + Smuggled)]
    [InlineData("X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("X: a\0b\r\nContent-Length: 0\r\n\r\n" + Smuggled)]
    [InlineData(" Content-Length: 40\r\n\r\n" + Smuggled)]
    public async Task An_ambiguous_request_is_refused_and_the_connection_ends_with_it(string rest)
    {
        var paths = new ConcurrentQueue<string>();
        var upstream = await ServeAsync(async context =>
        {
            paths.Enqueue(context.Request.Path);
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        });
        var gateway = await GatewayAsync([upstream.Url]);
        await using var client = await RawClient.ConnectAsync(gateway.ClientOptions.BaseAddress);

        await client.SendAsync("POST /test/first HTTP/1.1\r\nHost: a\r\n" + rest);
        var answer = await client.ReadToEndAsync();

        Assert.Matches("^HTTP/1.1 (400|501) ", answer);
        Assert.Single(answer.Split("HTTP/1.1 ").Skip(1));
        Assert.DoesNotContain("/test/smuggled", paths);
    }
}
