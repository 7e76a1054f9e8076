using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.Tests.Resilience;

/// <summary>A real server that fails as often as it is told to, and counts its calls.</summary>
internal sealed class FlakyServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _calls = new();
    private int _failures;

    private FlakyServer(int failures)
    {
        _failures = failures;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context =>
        {
            _calls.Enqueue(context.Request.Method);
            context.Response.StatusCode = Interlocked.Decrement(ref _failures) >= 0 ? 503 : 200;
            return Task.CompletedTask;
        });
    }

    public Uri Url => new(_app.Urls.Single());

    public IReadOnlyCollection<string> Calls => _calls;

    public static async Task<FlakyServer> StartAsync(int failures = 0)
    {
        var server = new FlakyServer(failures);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
