using System.Net;

namespace ProdReady.Notifications.Tests.PhoneNumbers.Lookups;

/// <summary>Twilio Lookup in this process, which answers what a test says.</summary>
internal sealed class LookupFake : IAsyncDisposable
{
    public const string Mobile = """
        {"valid":true,"line_type_intelligence":{"type":"mobile","carrier_name":"MTN Nigeria","mobile_country_code":"621",
        "mobile_network_code":"30","error_code":null},"something_new":{"a":[1]}}
        """;

    private readonly WebApplication _app;
    private int _calls;

    private LookupFake(WebApplication app)
    {
        _app = app;
        app.MapGet("/v2/PhoneNumbers/{number}", AnswerAsync);
    }

    /// <summary>For <c>TWILIO_LOOKUP_BASE_URL</c>.</summary>
    public string BaseUrl => _app.Urls.First();

    public int Calls => _calls;

    /// <summary>What it answers.</summary>
    public (int Status, string Body) Answer { get; set; } = (200, Mobile);

    /// <summary>Whether it takes requests and answers none.</summary>
    public bool Hangs { get; set; }

    public static async Task<LookupFake> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        var fake = new LookupFake(builder.Build());
        await fake._app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string number)
    {
        Interlocked.Increment(ref _calls);
        Assert.Equal("?Fields=line_type_intelligence", context.Request.QueryString.Value);
        Assert.StartsWith("+", number, StringComparison.Ordinal);
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }

        context.Response.StatusCode = Answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Answer.Body);
    }
}
