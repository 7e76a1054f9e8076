using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A real server behind the gateway that does what a test says, and counts its requests.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private LiveServer(string url, HttpProtocols protocols, X509Certificate2? certificate, RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocols);
            options.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
        });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            return handler(context);
        });
    }

    public string Url => _app.Urls.Single();

    public int Requests => Volatile.Read(ref _requests);

    public static Task<LiveServer> StartAsync(RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1AndHttp2) =>
        StartAsync("http://127.0.0.1:0", handler, protocols);

    /// <summary>Over TLS.</summary>
    public static Task<LiveServer> StartAsync(RequestDelegate handler, HttpProtocols protocols, X509Certificate2 certificate) =>
        StartAsync("https://127.0.0.1:0", handler, protocols, certificate);

    /// <summary>At an address that was in use before.</summary>
    public static async Task<LiveServer> StartAsync(
        string url, RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1AndHttp2, X509Certificate2? certificate = null)
    {
        var server = new LiveServer(url, protocols, certificate, handler);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Answers with its own name.</summary>
    public static Task<LiveServer> NamedAsync(string name) => StartAsync(context => context.Response.WriteAsync(name));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
