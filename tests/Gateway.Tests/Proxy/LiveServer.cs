using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A real server behind the gateway that does what a test says, and counts its requests.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private LiveServer(string url, HttpProtocols protocols, RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(options => options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocols));
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

    /// <summary>At an address that was in use before.</summary>
    public static async Task<LiveServer> StartAsync(
        string url, RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var server = new LiveServer(url, protocols, handler);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Answers with its own name.</summary>
    public static Task<LiveServer> NamedAsync(string name) => StartAsync(context => context.Response.WriteAsync(name));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
