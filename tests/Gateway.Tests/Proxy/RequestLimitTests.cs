using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Requests that are larger than they may be.</summary>
public sealed class RequestLimitTests(DataStores stores) : ProxyTest(stores)
{
    private const int Limit = 10 * 1024 * 1024;

    [Fact]
    public async Task A_body_of_the_limit_passes_and_one_byte_more_does_not_reach_the_upstream()
    {
        var upstream = await ServeAsync(CountAsync);
        var gateway = await GatewayAsync([upstream.Url]);

        using var passed = await PostAsync(gateway, new ByteArrayContent(new byte[Limit]));
        using var refused = await PostAsync(gateway, new ByteArrayContent(new byte[Limit + 1]));

        Assert.Equal($"{Limit}", await TextAsync(passed));
        await refused.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(1, upstream.Requests);
    }

    [Fact]
    public async Task A_route_can_take_less_or_more()
    {
        var upstream = await ServeAsync(CountAsync);
        var small = await GatewayAsync([upstream.Url], ($"{Route}:MaxRequestBodySize", "10"));
        var large = await GatewayAsync([upstream.Url], ($"{Route}:MaxRequestBodySize", $"{Limit + 1}"));

        using var refused = await PostAsync(small, new ByteArrayContent(new byte[11]));
        using var passed = await PostAsync(large, new ByteArrayContent(new byte[Limit + 1]));

        await refused.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal($"{Limit + 1}", await TextAsync(passed));
    }

    [Fact]
    public async Task A_chunked_body_that_grows_too_large_is_a_413_and_never_complete_upstream()
    {
        var ends = new TaskCompletionSource<string>();
        var upstream = await ServeAsync(async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                ends.SetResult("complete");
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                ends.SetResult("broken off");
            }
        });
        var gateway = await GatewayAsync([upstream.Url], ($"{Route}:MaxRequestBodySize", "100000"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/test/a") { Content = new ByteArrayContent(new byte[20_000_000]) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await gateway.SendAsync(request);

        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal("broken off", await ends.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task A_long_URL_is_a_414_and_one_far_longer_too()
    {
        var gateway = await GatewayAsync([NoServer()]);

        using var problem = await gateway.GetAsync("/test/" + new string('a', 8192));
        using var bare = await gateway.GetAsync("/test/" + new string('a', 20_000));

        await problem.ProblemAsync(HttpStatusCode.RequestUriTooLong);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, bare.StatusCode);
    }

    [Fact]
    public async Task Large_or_many_headers_are_a_431()
    {
        var gateway = await GatewayAsync([NoServer()]);

        using var large = await gateway.GetAsync("/test/a", null, ("X-Large", new string('a', 33_000)));
        using var many = await gateway.GetAsync("/test/a", null, [.. Enumerable.Range(0, 101).Select(index => ($"X-{index}", "1"))]);
        using var bare = await gateway.GetAsync("/test/a", null, ("X-Large", new string('a', 70_000)));

        await large.ProblemAsync(HttpStatusCode.RequestHeaderFieldsTooLarge);
        await many.ProblemAsync(HttpStatusCode.RequestHeaderFieldsTooLarge);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, bare.StatusCode);
    }

    private static async Task CountAsync(HttpContext context)
    {
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        await context.Response.WriteAsync($"{body.Length}");
    }

    private static Task<HttpResponseMessage> PostAsync(GatewayApp gateway, HttpContent content) =>
        gateway.SendAsync(new(HttpMethod.Post, "/test/a") { Content = content });
}
