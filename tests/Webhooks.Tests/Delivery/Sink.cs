using System.Collections.Concurrent;
using System.Net;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>A receiver on a real port, which keeps what it gets and answers as a test wants.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();
    private int _running;
    private int _mostRunning;

    private Sink(WebApplication app) => _app = app;

    public string Url => $"{_app.Urls.First()}/hook?key=receivers-secret";

    public IReadOnlyList<Received> All => [.. _received];

    public int MostRunning => _mostRunning;

    public static async Task<Sink> StartAsync(Func<HttpContext, Received, Task>? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var sink = new Sink(app);
        app.Run(context => sink.TakeAsync(context, answer));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return sink;
    }

    /// <summary>Answers these statuses, one after the other, and 204 from then on.</summary>
    public static Task<Sink> StartAsync(params int[] statuses)
    {
        var calls = -1;
        return StartAsync((context, _) =>
        {
            var call = Interlocked.Increment(ref calls);
            context.Response.StatusCode = call < statuses.Length ? statuses[call] : 204;
            return context.Response.StatusCode == 204
                ? Task.CompletedTask
                : context.Response.WriteAsync($"answer {call + 1}: no", context.RequestAborted);
        });
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context, Func<HttpContext, Received, Task>? answer)
    {
        var running = Interlocked.Increment(ref _running);
        InterlockedMax(running);
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var received = new Received(
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body.ToArray(), $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            _received.Enqueue(received);
            if (answer is not null)
            {
                await answer(context, received);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void InterlockedMax(int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref _mostRunning)) < value)
        {
            Interlocked.CompareExchange(ref _mostRunning, value, seen);
        }
    }
}

internal sealed record Received(IReadOnlyDictionary<string, string> Headers, byte[] Body, string Line);
