using System.Collections.Concurrent;
using System.Net;

namespace ProdReady.Testing;

/// <summary>
/// Twilio's Messages resource in this process. It refuses what Twilio would refuse of the fields that we send, gives every
/// message a SID of its own, remembers every request, and fails as the test tells it to.
/// </summary>
public sealed class TwilioFake : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<TwilioCall> _calls = new();
    private readonly ConcurrentQueue<TwilioFault> _faults = new();
    private readonly ConcurrentDictionary<string, Dictionary<string, object?>> _messages = new();

    private TwilioFake(WebApplication app, TimeProvider time)
    {
        _app = app;
        _time = time;
        app.MapPost("/2010-04-01/Accounts/{account}/Messages.json", CreateAsync);
        app.MapGet("/2010-04-01/Accounts/{account}/Messages/{sid}.json", FetchAsync);
    }

    /// <summary>For <c>TWILIO_BASE_URL</c>.</summary>
    public Uri BaseUrl => new(_app.Urls.First());

    /// <summary>Every request to send a message so far, those that failed included.</summary>
    public IReadOnlyList<TwilioCall> Calls => [.. _calls];

    /// <summary>Starts one on a free port.</summary>
    /// <param name="time">The clock that calls are noted by; the system's by default.</param>
    public static async Task<TwilioFake> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        // A hanging request must not hold up the end of a test
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        var fake = new TwilioFake(builder.Build(), time ?? TimeProvider.System);
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>The next requests to send meet these faults, one each, before all is well again.</summary>
    public void FailNext(params TwilioFault[] faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task CreateAsync(HttpContext context, string account)
    {
        if (!context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var form = await context.Request.ReadFormAsync();
        var refusal = TwilioRules.CheckAccount(context.Request, account) ?? TwilioRules.CheckMessage(form);
        if (refusal is null && _faults.TryDequeue(out var fault))
        {
            refusal = fault;
        }

        var sid = refusal is null ? $"SM{Guid.NewGuid():N}" : null;
        string? from = form["From"], service = form["MessagingServiceSid"];
        _calls.Enqueue(new(form["To"], service ?? from, form["Body"], _time.GetUtcNow(), sid));
        if (refusal is not null)
        {
            await refusal(context);
            return;
        }

        var message = new Dictionary<string, object?>
        {
            ["sid"] = sid,
            ["account_sid"] = account,
            ["to"] = form["To"].ToString(),
            ["from"] = from,
            ["messaging_service_sid"] = service,
            ["body"] = form["Body"].ToString(),
            ["status"] = service is null ? "queued" : "accepted",
            ["error_code"] = null,
            ["error_message"] = null,
            ["num_segments"] = "1",
            ["price"] = null,
            ["date_created"] = _time.GetUtcNow().ToString("r"),
        };
        _messages[sid!] = message;
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(message);
    }

    private Task FetchAsync(HttpContext context, string account, string sid) =>
        TwilioRules.CheckAccount(context.Request, account) is { } refusal
            ? refusal(context)
            : _messages.TryGetValue(sid, out var message)
                ? context.Response.WriteAsJsonAsync(message)
                : TwilioFaults.WriteAsync(context, StatusCodes.Status404NotFound, 20404, "The requested resource was not found");
}
