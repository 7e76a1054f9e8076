using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Answers that are kept in Redis.</summary>
public sealed class OutputCacheTests(DataStores stores) : ProxyTest(stores)
{
    private static readonly (string, string?)[] Policy =
    [
        ($"{Route}:OutputCachePolicy", "short"),
        ("OutputCaching:Policies:short:Expiration", "00:01:00"),
        ("OutputCaching:Timeout", "00:00:01"),
    ];

    [Fact]
    public async Task A_second_gateway_answers_with_what_the_first_one_kept()
    {
        var upstream = await ServeAsync("kept");
        var prefix = ("OutputCaching:KeyPrefix", (string?)DataStores.CreateRedisPrefix());
        // The address is part of an answer's key
        var host = ("Host", "api.example.com");
        var first = await GatewayAsync([upstream.Url], [.. Policy, prefix]);
        var second = await GatewayAsync([upstream.Url], [.. Policy, prefix]);

        using var one = await first.GetAsync("/test/a?x=1", null, host);
        // It is kept after it has been sent
        await Eventually.ReadAsync(
            async () =>
            {
                using var again = await first.GetAsync("/test/a?x=1", null, host);
                return again.Headers.Age;
            },
            age => age is not null);
        var asked = upstream.Requests;
        using var two = await second.GetAsync("/test/a?x=1", null, host);
        using var three = await second.GetAsync("/test/a?x=2", null, host);

        Assert.Equal("kept", await TextAsync(two));
        Assert.NotNull(two.Headers.Age);
        Assert.NotEqual(one.Header("X-Correlation-ID"), two.Header("X-Correlation-ID"));
        Assert.Equal(asked + 1, upstream.Requests);
    }

    [Fact]
    public async Task Paths_that_differ_in_case_are_not_each_others_answers()
    {
        var upstream = await ServeAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        var gateway = await GatewayAsync([upstream.Url], Fresh());
        await Eventually.ReadAsync(
            async () =>
            {
                using var kept = await gateway.GetAsync("/test/aB3");
                return kept.Headers.Age;
            },
            age => age is not null);

        using var other = await gateway.GetAsync("/test/Ab3");

        Assert.Equal("/test/Ab3", await TextAsync(other));
    }

    [Theory]
    [InlineData("Authorization", "Bearer x")]
    [InlineData("Cookie", "a=b")]
    [InlineData("X-Api-Key", "x")]
    public async Task What_belongs_to_one_caller_is_neither_kept_nor_served_from_there(string header, string value)
    {
        var upstream = await ServeAsync("mine");
        var gateway = await GatewayAsync([upstream.Url], Fresh());

        using var kept = await gateway.GetAsync("/test/a");
        using var one = await gateway.GetAsync("/test/a", null, (header, value));
        using var two = await gateway.GetAsync("/test/a", null, (header, value));

        Assert.Equal(3, upstream.Requests);
    }

    [Theory]
    [InlineData(200, "Cache-Control", "private")]
    [InlineData(200, "Cache-Control", "no-store")]
    [InlineData(200, "Cache-Control", "max-age=0")]
    [InlineData(200, "Vary", "Accept-Language")]
    [InlineData(200, "Vary", "*")]
    [InlineData(200, "Set-Cookie", "a=b")]
    [InlineData(404, "X-Any", "1")]
    public async Task What_the_upstream_does_not_mean_for_all_is_not_kept(int status, string header, string value)
    {
        var upstream = await ServeAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers[header] = value;
            return context.Response.WriteAsync("x");
        });
        var gateway = await GatewayAsync([upstream.Url], Fresh());

        // More than two: what is kept is so only after it has been sent
        for (var call = 1; call <= 5; call++)
        {
            using var response = await gateway.GetAsync("/test/a");
            Assert.Equal(call, upstream.Requests);
        }
    }

    [Fact]
    public async Task An_answer_is_kept_no_longer_than_the_upstream_says()
    {
        var upstream = await ServeAsync(context =>
        {
            context.Response.Headers.CacheControl = "public, max-age=1";
            context.Response.Headers.Vary = "Accept-Encoding";
            return context.Response.WriteAsync("x");
        });
        var gateway = await GatewayAsync([upstream.Url], Fresh());
        var kept = 0;

        // By the policy it would be kept for a minute
        await Eventually.ReadAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/test/a");
                kept += response.Headers.Age is null ? 0 : 1;
                return kept > 0 && response.Headers.Age is null;
            },
            isAskedAgain => isAskedAgain);
    }

    [Fact]
    public async Task An_answer_that_broke_off_is_not_kept()
    {
        await using var upstream = new RawUpstream((socket, _) =>
            RawUpstream.SendAsync(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")).Start();
        var gateway = await GatewayAsync([upstream.Url], Fresh());

        for (var call = 1; call <= 4; call++)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.GetAsync("/test/a"));
            Assert.Equal(call, upstream.Requests);
        }
    }

    [Theory]
    [InlineData("?ID=1&s=a&s=b")]
    [InlineData("?id=1&s=b&s=a")]
    [InlineData("?s=a&s=b&id=1")]
    [InlineData("")]
    public async Task Queries_that_are_spelt_otherwise_are_not_each_others_answers(string query)
    {
        var upstream = await ServeAsync(context => context.Response.WriteAsync($"answers {context.Request.QueryString}"));
        var gateway = await GatewayAsync([upstream.Url], Fresh());
        await Eventually.ReadAsync(
            async () =>
            {
                using var kept = await gateway.GetAsync("/test/a?id=1&s=a&s=b");
                return kept.Headers.Age;
            },
            age => age is not null);

        using var other = await gateway.GetAsync($"/test/a{query}");

        Assert.Equal($"answers {query}", await TextAsync(other));
    }

    [Fact]
    public async Task A_header_in_two_lines_is_not_taken_for_one_of_another_caller()
    {
        var upstream = await ServeAsync("x");
        var gateway = await GatewayAsync([upstream.Url], Fresh());
        for (var call = 1; call <= 4; call++)
        {
            // Strung together, as the framework does, it is text/html
            await using var raw = await RawClient.ConnectAsync(gateway.ClientOptions.BaseAddress);
            await raw.SendAsync("GET /test/a HTTP/1.1\r\nHost: localhost\r\nAccept: te\r\nAccept: xt/html\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await raw.ReadToEndAsync(), StringComparison.Ordinal);
            Assert.Equal(call, upstream.Requests);
        }
    }

    [Fact]
    public async Task A_caller_who_does_not_read_holds_up_nobody_else()
    {
        // More than the gateway's system takes for a connection
        var answer = new byte[8 * 1024 * 1024];
        var upstream = await ServeAsync(async context => await context.Response.Body.WriteAsync(answer, context.RequestAborted));
        var gateway = await GatewayAsync([upstream.Url], Fresh());
        await using var idle = await RawClient.ConnectAsync(gateway.ClientOptions.BaseAddress, receiveBuffer: 4096);
        await idle.SendAsync("GET /test/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await Eventually.ReadAsync(() => Task.FromResult(upstream.Requests), requests => requests == 1);

        using var response = await gateway.GetAsync("/test/a", null, ("Host", "localhost")).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(answer.Length, (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length);
    }

    [Fact]
    public async Task Without_Redis_the_upstream_answers()
    {
        var upstream = await ServeAsync("asked");
        var gateway = await GatewayAsync([upstream.Url], [.. Policy, ("ConnectionStrings:redis", "127.0.0.1:1,connectTimeout=100")]);

        for (var call = 0; call < 3; call++)
        {
            using var response = await gateway.GetAsync("/test/a");
            Assert.Equal((HttpStatusCode.OK, "asked"), (response.StatusCode, await TextAsync(response)));
        }

        Assert.Single(gateway.Logs.Of<ProdReady.Gateway.Proxy.OutputCaching.RedisAnswers>());
    }

    private static (string, string?)[] Fresh() => [.. Policy, ("OutputCaching:KeyPrefix", DataStores.CreateRedisPrefix())];
}
