using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Bytes beyond ASCII in headers: names of files, names of people, in whatever encoding the two ends agree on.</summary>
public sealed class HeaderBytesTests(DataStores stores) : ProxyTest(stores)
{
    [Theory]
    // UTF-8, Latin-1 that is no UTF-8, and bytes that are neither
    [InlineData("Jos\u00c3\u00a9", "1.1")]
    [InlineData("Jos\u00e9", "1.1")]
    [InlineData("\u0080\u00ff\u00fe", "1.1")]
    [InlineData("Jos\u00c3\u00a9", "2")]
    [InlineData("Jos\u00e9", "2")]
    public async Task A_value_passes_as_the_bytes_that_it_is_in_both_directions(string bytes, string version)
    {
        var upstream = Own(await LiveServer.StartAsync(Echo, version == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var gateway = await GatewayAsync(
            [upstream.Url], ($"{Cluster}:HttpRequest:Version", version), ($"{Cluster}:HttpRequest:VersionPolicy", "RequestVersionExact"));
        await using var client = await RawClient.ConnectAsync(gateway.ClientOptions.BaseAddress);

        await client.SendAsync($"GET /test/a HTTP/1.1\r\nHost: a\r\nX-Name: {bytes}\r\nConnection: close\r\n\r\n");

        var answer = await client.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        // HTTP/2 has the name in small letters
        Assert.Contains($"-name: {bytes}\r\n", answer.Replace("X-Name", "x-name", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.EndsWith($"\r\n{Convert.ToHexString(Encoding.Latin1.GetBytes(bytes))}\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
    }

    private static async Task Echo(HttpContext context)
    {
        var name = context.Request.Headers["X-Name"].ToString();
        context.Response.Headers["X-Name"] = name;
        await context.Response.WriteAsync(Convert.ToHexString(Encoding.Latin1.GetBytes(name)), context.RequestAborted);
    }
}
