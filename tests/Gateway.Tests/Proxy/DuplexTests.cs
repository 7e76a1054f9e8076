using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>HTTP/2 over TLS, from the client to the gateway and from there to the upstream.</summary>
public sealed class DuplexTests(DataStores stores) : ProxyTest(stores)
{
    private static readonly byte[] Message = [0, 0, 0, 0, 2, 8, 1];

    [Fact]
    public async Task A_gRPC_call_passes_over_TLS_with_its_trailers()
    {
        using var certificate = Certificate();
        using var client = await ClientAsync(certificate);
        using var request = Request(new ByteArrayContent(Message));

        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal(Message, await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(
            ["grpc-status: 0", "x-protocol: HTTP/2 https"],
            response.TrailingHeaders.Select(header => $"{header.Key}: {header.Value.Single()}").Order());
    }

    [Fact]
    public async Task Both_directions_of_a_gRPC_call_flow_at_a_time()
    {
        using var certificate = Certificate();
        using var client = await ClientAsync(certificate);
        var channel = Channel.CreateUnbounded<byte>();
        using var content = new ChannelContent(channel.Reader);
        using var request = Request(content);
        await channel.Writer.WriteAsync(0, Cancellation);

        // The answer begins while the request is far from its end
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var answer = await response.Content.ReadAsStreamAsync(Cancellation);
        var buffer = new byte[1];
        for (byte number = 0; number < 20; number++)
        {
            await answer.ReadExactlyAsync(buffer, Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
            Assert.Equal(number, buffer[0]);
            // Not before the one before has come back
            await channel.Writer.WriteAsync((byte)(number + 1), Cancellation);
        }

        channel.Writer.Complete();
        await answer.ReadExactlyAsync(buffer, Cancellation);
        Assert.Equal(0, await answer.ReadAsync(buffer, Cancellation));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    private static HttpRequestMessage Request(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/test/Service/Call")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        return request;
    }

    /// <summary>Sends back what comes, as it comes.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType;
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.StartAsync(context.RequestAborted);
        var buffer = new byte[100];
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        context.Response.AppendTrailer("grpc-status", "0");
        context.Response.AppendTrailer("x-protocol", $"{context.Request.Protocol} {context.Request.Scheme}");
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    /// <summary>A client of a gateway in front of an echo, all over TLS.</summary>
    private async Task<HttpClient> ClientAsync(X509Certificate2 certificate)
    {
        var upstream = Own(await LiveServer.StartAsync(EchoAsync, HttpProtocols.Http2, certificate));
        var gateway = await GatewayAsync(
            host => host.ConfigureKestrel(options => options.ConfigureEndpointDefaults(endpoint => endpoint.UseHttps(certificate))),
            [upstream.Url],
            ($"{Cluster}:HttpRequest:Version", "2"),
            ($"{Cluster}:HttpRequest:VersionPolicy", "RequestVersionExact"),
            ($"{Cluster}:HttpClient:DangerousAcceptAnyServerCertificate", "true"));
        var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString() },
        };
        return new(handler) { BaseAddress = new UriBuilder(gateway.ClientOptions.BaseAddress) { Scheme = "https" }.Uri };
    }

    /// <summary>A body that goes out byte by byte, as the test writes it.</summary>
    private sealed class ChannelContent(ChannelReader<byte> bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await foreach (var one in bytes.ReadAllAsync())
            {
                await stream.WriteAsync(new[] { one });
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
