using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

/// <summary>
/// An OTLP receiver: http/protobuf on one port, gRPC on another. On Kestrel without a host, since the services of the same process
/// would trace a host's requests, and export them to it, which would be traced...
/// </summary>
internal sealed class Collector : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    private Collector(HttpsConnectionAdapterOptions? https)
    {
        // HTTPS wants some services of a host; none of them is started
        var kestrel = new KestrelServerOptions { ApplicationServices = WebApplication.CreateBuilder().Build().Services };
        Listen(HttpProtocols.Http1);
        Listen(HttpProtocols.Http2);
        _server = new KestrelServer(
            Options.Create(kestrel),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);

        void Listen(HttpProtocols protocol) => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocol;
            if (https is not null)
            {
                listen.UseHttps(https);
            }
        });
    }

    /// <summary>What arrived.</summary>
    public ConcurrentQueue<Export> Exports { get; } = [];

    /// <summary>The endpoint for http/protobuf.</summary>
    public string HttpUrl { get; private set; } = "";

    /// <summary>The endpoint for gRPC.</summary>
    public string GrpcUrl { get; private set; } = "";

    /// <summary>What it answers over gRPC, which refuses with 200.</summary>
    public string GrpcStatus { get; set; } = "0";

    /// <summary>Whether it takes requests and never answers them.</summary>
    public bool Hangs { get; set; }

    /// <summary>How many requests it let hang so far.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>What it answers over http.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <param name="https">How it takes HTTPS, if it does.</param>
    public static async Task<Collector> StartAsync(HttpsConnectionAdapterOptions? https = null)
    {
        var collector = new Collector(https);
        await collector._server.StartAsync(collector, TestContext.Current.CancellationToken);
        var addresses = collector._server.Features.Get<IServerAddressesFeature>()!.Addresses;
        (collector.HttpUrl, collector.GrpcUrl) = (addresses.First(), addresses.Last());
        return collector;
    }

    /// <summary>Waits for an export to the path, whose bytes contain all of these names.</summary>
    public async Task<Export> ReadAsync(string path, params string[] names) => (await Eventually.ReadAsync(
        () => Task.FromResult(Exports.FirstOrDefault(export => export.Path == path && names.All(export.Contains))),
        export => export is not null))!;

    /// <summary>The spans that arrived, each once: two services of one process export each other's.</summary>
    public IReadOnlyList<ReceivedSpan> Spans() =>
    [
        .. Exports.Where(export => export.Path.Contains("trace", StringComparison.Ordinal))
            .SelectMany(export => ReceivedSpan.Read(export.Body))
            .DistinctBy(span => span.Id),
    ];

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (Hangs)
        {
            Interlocked.Increment(ref _waiting);
            await _release.Task.WaitAsync(context.RequestAborted);
        }

        using var body = new MemoryStream();
        var grpc = context.Request.ContentType == "application/grpc";
        var zipped = context.Request.Headers.ContentEncoding == "gzip";
        await (zipped ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body)
            .CopyToAsync(body, context.RequestAborted);
        // gRPC puts a flag and a length before each message
        Exports.Enqueue(new(context.Request.Path, body.ToArray()[(grpc ? 5 : 0)..], context.Request.Headers["x-tenant"], zipped, context.Connection.ClientCertificate?.Subject));
        context.Response.StatusCode = Status;
        if (grpc)
        {
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", GrpcStatus);
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        }
    }
}

/// <summary>One export request.</summary>
internal sealed record Export(string Path, byte[] Body, string? Tenant, bool Zipped, string? Client)
{
    public bool Contains(string name) => Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0;
}
