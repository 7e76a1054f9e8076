using System.Collections.Concurrent;
using System.Text.Json;

namespace ProdReady.Webhooks.Tests.Faults;

/// <summary>A destination on this machine that takes everything, and knows which events it has got.</summary>
internal sealed class DeliverySink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _delivered = new();

    private DeliverySink()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/", async (HttpRequest request) =>
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            _delivered.AddOrUpdate(body.RootElement.GetProperty("id").GetString()!, 1, (_, times) => times + 1);
            return Results.NoContent();
        });
    }

    public string Url => _app.Urls.Single();

    /// <summary>The ids of the events that have come, each at least once.</summary>
    public ICollection<string> EventIds => _delivered.Keys;

    /// <summary>How many deliveries were repetitions.</summary>
    public int Repeated => _delivered.Values.Sum(times => times - 1);

    public static async Task<DeliverySink> StartAsync()
    {
        var sink = new DeliverySink();
        await sink._app.StartAsync(TestContext.Current.CancellationToken);
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
