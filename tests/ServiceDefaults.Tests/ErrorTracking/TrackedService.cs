using System.Globalization;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>A service on Kestrel with a DSN, and endpoints that fail.</summary>
internal sealed partial class TrackedService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TrackedService(WebApplication app)
    {
        _app = app;
        // Tests name the traces themselves
        Client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TrackedService> StartAsync(
        string? dsn, string environment = "Production", Action<WebApplicationBuilder>? configure = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Sentry:Dsn"] = dsn;
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddServiceDefaults();
        builder.Services.AddSingleton<Waiting>();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseServiceDefaults();
        Map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public static (string, string) SampleRate(double rate) =>
        ("Sentry:TracesSampleRate", rate.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends every request, and whatever is logged about it; the way to Sentry stays open.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/fine", () => "fine");
        app.MapPost("/orders/{id}", (string id) => Fail($"order {id} broke, call +2348031234567"));
        app.MapGet("/logged", (ILogger<TrackedService> logger) =>
        {
            Log.Declined(logger, "A-7", "+2348031234567", "hunter2");
            return "fine";
        });
        app.MapGet("/logged-and-thrown", (ILogger<TrackedService> logger) =>
        {
            try
            {
                return Fail("once is enough");
            }
            catch (InvalidOperationException exception)
            {
                Log.Failed(logger, exception);
                throw;
            }
        });
        app.MapGet("/half", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            Fail("the second half is missing");
        });
        app.MapPost("/body", (Dictionary<string, string> body) => body.Count);
        app.MapPost("/raw", (HttpRequest request) => request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted));
        app.MapGet("/waiting", async (HttpContext context, Waiting waiting) =>
        {
            waiting.Began.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            }
            finally
            {
                waiting.Ended.TrySetResult();
            }
        });
    }

    private static string Fail(string message) => throw new InvalidOperationException(message);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Payment {Payment} of {Payer} was declined with {Token}")]
        public static partial void Declined(ILogger logger, string payment, string payer, string token);

        [LoggerMessage(LogLevel.Error, "It failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}

/// <summary>Says how far the request has come that waits for its caller to give up.</summary>
internal sealed class Waiting
{
    public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
