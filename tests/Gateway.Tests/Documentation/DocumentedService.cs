namespace ProdReady.Gateway.Tests.Documentation;

/// <summary>A service with an OpenAPI document, which a test changes as it likes.</summary>
internal sealed class DocumentedService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;

    private DocumentedService(WebApplication app) => _app = app;

    /// <summary>How it answers.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = static _ => Task.CompletedTask;

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public string Url => _app.Urls.Single();

    /// <summary>The setting that makes it a cluster's only destination.</summary>
    public (string, string?) As(string cluster) => ($"ReverseProxy:Clusters:{cluster}:Destinations:default:Address", Url);

    public static async Task<DocumentedService> StartAsync(string document)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new DocumentedService(builder.Build()) { Answer = context => context.Response.WriteAsync(document) };
        service._app.MapGet("/openapi/v1.json", context =>
        {
            Interlocked.Increment(ref service._asked);
            return service.Answer(context);
        });
        await service._app.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
