using System.Collections.Concurrent;
using System.Globalization;

namespace ProdReady.Bench.Webhooks;

/// <summary>The destination: takes everything, and counts the different events by <c>webhook-id</c>.</summary>
internal static class DeliverySink
{
    public const string Kind = "sink";
    public const string Count = "count";

    /// <summary>Runs it until it is stopped.</summary>
    public static async Task ServeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        var (seen, count) = (new ConcurrentDictionary<string, bool>(), 0);
        app.MapGet("/", () => "ok");
        app.MapGet($"/{Count}", () => Volatile.Read(ref count).ToString(CultureInfo.InvariantCulture));
        app.MapPost("/", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
            if (seen.TryAdd(request.Headers["webhook-id"].ToString(), true))
            {
                Interlocked.Increment(ref count);
            }

            return Results.NoContent();
        });
        await app.RunAsync();
    }
}
