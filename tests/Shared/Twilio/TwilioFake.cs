using System.Collections.Concurrent;
using System.Net;

namespace ProdReady.Testing;

/// <summary>
/// Twilio's Messages resource in this process. It refuses what Twilio would refuse of the fields that we send, gives every
/// message a SID of its own, remembers every request, reports states as a script says, and fails as the test tells it to.
/// </summary>
/// <remarks>It keeps up with some thousand requests a second, and holds everything in memory for as long as it lives.</remarks>
public sealed class TwilioFake : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<TwilioCall> _calls = new();
    private readonly ConcurrentQueue<TwilioFault> _faults = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<TwilioFault>> _faultsTo = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<TwilioStep>> _scripts = new();
    private readonly TwilioFakeStore _store = new();
    private readonly CancellationTokenSource _ending = new();

    private TwilioFake(WebApplication app, TimeProvider time)
    {
        _app = app;
        _time = time;
        app.MapPost("/2010-04-01/Accounts/{account}/Messages.json", CreateAsync);
        app.MapGet("/2010-04-01/Accounts/{account}/Messages.json", ListAsync);
        app.MapGet("/2010-04-01/Accounts/{account}/Messages/{sid}.json", FetchAsync);
        app.MapPost("/2010-04-01/Accounts/{account}/Messages/{sid}.json", UpdateAsync);
    }

    /// <summary>For <c>TWILIO_BASE_URL</c>.</summary>
    public Uri BaseUrl => new(_app.Urls.First());

    /// <summary>Every request to send a message so far, those that failed included.</summary>
    public IReadOnlyList<TwilioCall> Calls => [.. _calls];

    /// <summary>How many of them there are.</summary>
    public int CallCount => _calls.Count;

    /// <summary>The messages that were taken, the oldest first, also those whose answer was lost.</summary>
    public IReadOnlyList<TwilioFakeMessage> Messages => _store.All;

    /// <summary>How many of them there are.</summary>
    public int MessageCount => _store.Count;

    /// <summary>How often messages were listed.</summary>
    public int ListCount => _listCount;

    private int _listCount;

    /// <summary>How long an answer takes, after the message was taken.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>What becomes of messages that have no script of their own; nothing by default: they stay queued.</summary>
    public IReadOnlyList<TwilioStep> Script { get; set; } = [];

    /// <summary>Makes and remembers the callbacks.</summary>
    public TwilioCallbacks Callbacks { get; } = new();

    /// <summary>Starts one.</summary>
    /// <param name="time">The clock that everything is noted by; the system's by default. Waits are real ones.</param>
    /// <param name="port">Where to listen on this machine; 0 for a free port.</param>
    public static async Task<TwilioFake> StartAsync(TimeProvider? time = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port));
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

    /// <summary>The next requests to send to a number meet these faults; before those of <see cref="FailNext"/>.</summary>
    public void FailNextTo(string to, params TwilioFault[] faults)
    {
        var queue = _faultsTo.GetOrAdd(to, _ => new());
        foreach (var fault in faults)
        {
            queue.Enqueue(fault);
        }
    }

    /// <summary>What becomes of the messages to a number.</summary>
    public void ScriptFor(string to, params TwilioStep[] steps) => _scripts[to] = steps;

    /// <summary>Forgets what was called and taken; faults and scripts stay.</summary>
    public void Clear()
    {
        _calls.Clear();
        _store.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        Callbacks.Dispose();
        _ending.Dispose();
    }

    private async Task CreateAsync(HttpContext context, string account)
    {
        if (!context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var form = await context.Request.ReadFormAsync();
        var fault = TwilioRules.CheckAccount(context.Request, account, out var token) ?? TwilioRules.CheckMessage(form);
        fault ??= NextFault(form["To"].ToString());
        var message = fault is { Accepts: false } ? null : _store.Add(form, account, token, _time.GetUtcNow());
        string? from = form["From"], service = form["MessagingServiceSid"];
        _calls.Enqueue(new(form["To"], service ?? from, form["Body"], _time.GetUtcNow(), message?.Sid));
        if (message is not null)
        {
            Begin(message);
        }

        if (Latency > TimeSpan.Zero)
        {
            await Task.Delay(Latency, CancellationToken.None);
        }

        if (fault is not null)
        {
            await fault.Answer(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        // As it was taken: what became of it meanwhile is for those who ask later
        await TwilioFakeJson.WriteAsync(context.Response, message!, message!.FirstStatus);
    }

    private TwilioFault? NextFault(string to) =>
        (_faultsTo.TryGetValue(to, out var own) && own.TryDequeue(out var fault)) || _faults.TryDequeue(out fault) ? fault : null;

    private void Begin(TwilioFakeMessage message)
    {
        if (_scripts.GetValueOrDefault(message.To, Script) is { Count: > 0 } steps)
        {
            _ = RunAsync(message, steps);
        }
    }

    private async Task RunAsync(TwilioFakeMessage message, IReadOnlyList<TwilioStep> steps)
    {
        try
        {
            foreach (var step in steps)
            {
                await Task.Delay(step.After, _ending.Token);
                if (message.MoveTo(step, _time.GetUtcNow()))
                {
                    Callbacks.Begin(message, step, _ending.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The test is over
        }
    }

    private Task ListAsync(HttpContext context, string account)
    {
        Interlocked.Increment(ref _listCount);
        return TwilioRules.CheckAccount(context.Request, account, out _) is { } refusal
            ? refusal.Answer(context)
            : TwilioFakeListing.AnswerAsync(context, account, _store);
    }

    private Task FetchAsync(HttpContext context, string account, string sid) =>
        TwilioRules.CheckAccount(context.Request, account, out _) is { } refusal
            ? refusal.Answer(context)
            : _store.Find(account, sid) is { } message
                ? TwilioFakeJson.WriteAsync(context.Response, message, message.Status)
                : TwilioFaults.NotFound.Answer(context);

    private async Task UpdateAsync(HttpContext context, string account, string sid)
    {
        var form = await context.Request.ReadFormAsync();
        var refusal = TwilioRules.CheckAccount(context.Request, account, out _) ?? TwilioRules.CheckUpdate(form);
        var message = _store.Find(account, sid);
        refusal ??= message is null ? TwilioFaults.NotFound : null;
        if (refusal is null && form["Status"] == "canceled" && !message!.MoveTo(new("canceled"), _time.GetUtcNow()))
        {
            refusal = TwilioFaults.Error(30409, "Message is not in a cancelable state.");
        }

        if (refusal is not null)
        {
            await refusal.Answer(context);
            return;
        }

        if (form.ContainsKey("Body"))
        {
            message!.Redact();
        }

        await TwilioFakeJson.WriteAsync(context.Response, message!, message!.Status);
    }
}
