using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>What is more than a request and an answer.</summary>
public sealed class ProtocolTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task A_WebSocket_passes_both_ways_and_outlives_the_total_time()
    {
        var upstream = await ServeAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: WebSocketMessageType.Text } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, true, context.RequestAborted);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
        });
        var gateway = await GatewayAsync([upstream.Url], ($"{Route}:Timeout", "00:00:00.300"));
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(gateway.ClientOptions.BaseAddress) { Scheme = "ws", Path = "/test/ws" }.Uri, Cancellation);
        var buffer = new byte[100];
        var started = TimeProvider.System.GetTimestamp();

        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(1))
        {
            await client.SendAsync("hello"u8.ToArray().AsMemory(), WebSocketMessageType.Text, true, Cancellation);
            var echo = await client.ReceiveAsync(buffer.AsMemory(), Cancellation);
            Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, echo.Count));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Cancellation);
        Assert.Equal("bye", client.CloseStatusDescription);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task The_head_of_a_stream_and_each_event_arrive_before_the_next_is_sent(string compression)
    {
        var seen = new SemaphoreSlim(0);
        var upstream = await ServeAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await seen.WaitAsync(context.RequestAborted);
            for (var number = 0; number < 5; number++)
            {
                await context.Response.WriteAsync($"data: {number}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await seen.WaitAsync(context.RequestAborted);
            }
        });
        var gateway = await GatewayAsync([upstream.Url], ("Compression:Enabled", compression));
        using var client = new HttpClient { BaseAddress = gateway.ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        using var response = await client.GetAsync("/test/events", HttpCompletionOption.ResponseHeadersRead, Cancellation)
            .WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        seen.Release();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));

        for (var number = 0; number < 5; number++)
        {
            Assert.Equal($"data: {number}", await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
            Assert.Equal("", await reader.ReadLineAsync(Cancellation));
            seen.Release();
        }
    }

    [Fact]
    public async Task A_gRPC_call_passes_over_HTTP_2_with_its_trailers()
    {
        var upstream = Own(await LiveServer.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
                context.Response.AppendTrailer("grpc-status", "0");
                context.Response.AppendTrailer("x-protocol", context.Request.Protocol);
                context.Response.AppendTrailer("x-te", context.Request.Headers.TE.ToString());
            },
            HttpProtocols.Http2));
        var gateway = await GatewayAsync(
            host => host.ConfigureKestrel(options => options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2)),
            [upstream.Url],
            ($"{Cluster}:HttpRequest:Version", "2"),
            ($"{Cluster}:HttpRequest:VersionPolicy", "RequestVersionExact"));
        using var client = new HttpClient
        {
            BaseAddress = gateway.ClientOptions.BaseAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/test/Service/Call")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 2, 8, 1]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.ParseAdd("trailers");

        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal([0, 0, 0, 0, 2, 8, 1], await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            ["grpc-status: 0", "x-protocol: HTTP/2", "x-te: trailers"],
            response.TrailingHeaders.Select(header => $"{header.Key}: {header.Value.Single()}").Order());
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Only_where_a_cluster_speaks_HTTP_2_a_gRPC_call_has_no_size_limit(bool speaks, HttpStatusCode expected)
    {
        var upstream = Own(await LiveServer.StartAsync(
            context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted), speaks ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var gateway = await GatewayAsync(
            host => host.ConfigureKestrel(options => options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2)),
            [upstream.Url],
            ($"{Route}:MaxRequestBodySize", "4"),
            ($"{Cluster}:HttpRequest:Version", speaks ? "2" : "1.1"),
            ($"{Cluster}:HttpRequest:VersionPolicy", "RequestVersionExact"));
        using var client = new HttpClient { BaseAddress = gateway.ClientOptions.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/test/Service/Call")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 2, 8, 1]),
        };
        request.Content.Headers.ContentType = new("application/grpc");

        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
    }
}
