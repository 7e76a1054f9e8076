using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using ProdReady.Testing;
using Sentry;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>
/// What takes the place of Sentry: records what it gets, and takes nothing that the real one would refuse. It can also hang.
/// Also an OTLP collector, for what goes past Sentry.
/// </summary>
internal sealed class FakeSentry : IAsyncDisposable
{
    public const string Key = "4f1f2a5c9d3e4b6f8a7b6c5d4e3f2a1b";
    private const string Project = "/self-hosted/api/42";

    private readonly WebApplication _app;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    private FakeSentry(WebApplication app, bool hangs)
    {
        _app = app;
        app.MapPost($"{Project}/envelope/", (HttpContext context) => TakeAsync(context, hangs, TakeEnvelope));
        app.MapPost($"{Project}/integration/otlp/v1/traces", (HttpContext context) => TakeAsync(context, hangs, TakeTraces));
        app.MapPost("/v1/traces", (HttpContext context) => TakeAsync(context, hangs: false, Collect));
        app.MapFallback((HttpContext context) => Refuse(context, $"There is no {context.Request.Path}."));
    }

    public string Dsn => $"http://{Key}@{Address.Authority}/self-hosted/42";

    public Uri Address => new(_app.Urls.Single());

    public ConcurrentQueue<SentryItem> Items { get; } = [];

    public ConcurrentQueue<ExportedSpan> Spans { get; } = [];

    /// <summary>Spans that went to the operator's collector instead.</summary>
    public ConcurrentQueue<ExportedSpan> Collected { get; } = [];

    public ConcurrentQueue<string> Refused { get; } = [];

    /// <summary>Everything readable in what came as OTLP.</summary>
    public StringBuilder TraceText { get; } = new();

    /// <summary>Deliveries that got no answer yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public static async Task<FakeSentry> StartAsync(bool hangs = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var fake = new FakeSentry(builder.Build(), hangs);
        await fake._app.StartAsync(TestContext.Current.CancellationToken);
        return fake;
    }

    /// <summary>
    /// The events that came before now: everything up to one that is sent now, since they come in order. Without those of tasks that
    /// nobody waited for: the collector finds those of any test of this process, some time.
    /// </summary>
    public async Task<List<SentryItem>> EventsAsync()
    {
        var marker = $"marker {Guid.NewGuid():N}";
        SentrySdk.CaptureMessage(marker);
        await Eventually.ReadAsync(() => Task.FromResult(!Refused.IsEmpty || Items.Any(IsMarker)), arrived => arrived);
        Assert.Empty(Refused);
        return [.. Items.TakeWhile(item => !IsMarker(item)).Where(item => item.Type == "event" && !IsForgotten(item))];

        bool IsForgotten(SentryItem item) => item.Text.Contains("\"UnobservedTaskException\"", StringComparison.Ordinal);

        bool IsMarker(SentryItem item) => item.Text.Contains(marker, StringComparison.Ordinal);
    }

    /// <summary>The ids of the traces that hold a span of this name, in whatever form they came.</summary>
    public List<string> Traces(string name) =>
    [
        .. Spans.Where(span => span.Name == name).Select(span => span.TraceId),
        .. Items
            .Where(item => item.Type == "transaction" && item.Payload.GetProperty("transaction").GetString() == name)
            .Select(item => item.Payload.GetProperty("contexts").GetProperty("trace").GetProperty("trace_id").GetString()!),
    ];

    public async ValueTask DisposeAsync()
    {
        _released.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context, bool hangs, Func<HttpRequest, byte[], string?> take)
    {
        if (hangs)
        {
            Interlocked.Increment(ref _waiting);
            await _released.Task;
            return;
        }

        var request = context.Request;
        Stream body = request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(request.Body, CompressionMode.Decompress)
            : request.Body;
        var content = new MemoryStream();
        await body.CopyToAsync(content, context.RequestAborted);
        try
        {
            if (take(request, content.ToArray()) is { } problem)
            {
                Refuse(context, problem);
            }
        }
        catch (Exception exception)
        {
            Refuse(context, exception.Message);
        }
    }

    private string? TakeEnvelope(HttpRequest request, byte[] content)
    {
        // Sentry's SDK names no type
        if (request.ContentType is not (null or "application/x-sentry-envelope") || !IsAuthentic(request, "sentry_version=7"))
        {
            return $"Bad headers: {request.ContentType} {request.Headers["X-Sentry-Auth"]}";
        }

        SentryEnvelope.Parse(content).ForEach(Items.Enqueue);
        return null;
    }

    private string? TakeTraces(HttpRequest request, byte[] content)
    {
        if (request.ContentType != "application/x-protobuf" || !IsAuthentic(request, "sentry "))
        {
            return $"Bad headers: {request.ContentType} {request.Headers["X-Sentry-Auth"]}";
        }

        OtlpTraces.Parse(content).ForEach(Spans.Enqueue);
        lock (TraceText)
        {
            TraceText.Append(Encoding.UTF8.GetString(content));
        }

        return null;
    }

    private string? Collect(HttpRequest request, byte[] content)
    {
        OtlpTraces.Parse(content).ForEach(Collected.Enqueue);
        return request.Headers.ContainsKey("X-Sentry-Auth") ? "Sentry's key went to the collector." : null;
    }

    private static bool IsAuthentic(HttpRequest request, string also) =>
        request.Headers["X-Sentry-Auth"] is [{ } authorization]
        && authorization.Contains($"sentry_key={Key}", StringComparison.Ordinal)
        && authorization.Contains(also, StringComparison.OrdinalIgnoreCase);

    private void Refuse(HttpContext context, string problem)
    {
        Refused.Enqueue(problem);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
    }
}
