using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications.Hosted;

/// <summary>A request to <see cref="VerifyFake"/>.</summary>
internal sealed record VerifyCall(string Resource, IReadOnlyDictionary<string, string> Fields);

/// <summary>
/// Twilio's Verify v2 in this process, by its documentation: one open verification of a number at a time, whose code every further
/// start sends again; five sends and five checks; forgotten once it is approved, canceled or locked. It refuses fields that there are not.
/// </summary>
internal sealed partial class VerifyFake : IAsyncDisposable
{
    public const string ServiceSid = "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>Locales of Verify's texts that the tests use.</summary>
    private static readonly string[] Locales = ["en", "en-GB", "fr", "pt-BR"];

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<VerifyCall> _calls = new();
    private readonly ConcurrentQueue<TwilioFault> _faults = new();
    private readonly Dictionary<string, Open> _open = [];

    private VerifyFake(WebApplication app)
    {
        _app = app;
        app.MapPost("/v2/Services/{service}/Verifications", (HttpContext context, string service) =>
            AnswerAsync(context, service, "Verifications", ["To", "Channel", "Locale"], Start));
        app.MapPost("/v2/Services/{service}/Verifications/{sid}", (HttpContext context, string service, string sid) =>
            AnswerAsync(context, service, $"Verifications/{sid}", ["Status"], fields => Update(sid, fields)));
        app.MapPost("/v2/Services/{service}/VerificationCheck", (HttpContext context, string service) =>
            AnswerAsync(context, service, "VerificationCheck", ["To", "VerificationSid", "Code"], Check));
    }

    public Uri BaseUrl => new(_app.Urls.First());

    public IReadOnlyList<VerifyCall> Calls => [.. _calls];

    public static async Task<VerifyFake> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        // A hanging request must not hold up the end of a test
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        var fake = new VerifyFake(builder.Build());
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>The next requests meet these faults, one each.</summary>
    public void FailNext(params TwilioFault[] faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>The code that a number got.</summary>
    public string CodeOf(string to)
    {
        lock (_open)
        {
            return _open[to].Code;
        }
    }

    /// <summary>Forgets a number's verification, as ten minutes do.</summary>
    public void Forget(string to)
    {
        lock (_open)
        {
            _open.Remove(to);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Answer Error(int status, int code, string message) => new(status, new()
    {
        ["code"] = code,
        ["message"] = message,
        ["more_info"] = $"https://www.twilio.com/docs/errors/{code}",
        ["status"] = status,
    });

    private static Answer NotFound() => Error(404, 20404, "The requested resource was not found");

    private async Task AnswerAsync(
        HttpContext context, string service, string resource, string[] known, Func<IReadOnlyDictionary<string, string>, Answer> answer)
    {
        var fields = (await context.Request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString());
        _calls.Enqueue(new(resource, fields));
        if (_faults.TryDequeue(out var fault))
        {
            if (fault.Accepts)
            {
                lock (_open)
                {
                    answer(fields);
                }
            }

            await fault.Answer(context);
            return;
        }

        var credentials = Encoding.UTF8.GetString(Convert.FromBase64String(context.Request.Headers.Authorization.ToString()["Basic ".Length..]));
        Answer given;
        lock (_open)
        {
            given = true switch
            {
                _ when credentials != $"{NotificationsApp.AccountSid}:{NotificationsApp.AuthToken}" => Error(401, 20003, "Authenticate"),
                _ when service != ServiceSid => NotFound(),
                _ when fields.Keys.Except(known).Any() => Error(400, 60200, "Invalid parameter"),
                _ => answer(fields),
            };
        }

        context.Response.StatusCode = given.Status;
        await context.Response.WriteAsJsonAsync(given.Body);
    }

    private Answer Start(IReadOnlyDictionary<string, string> fields)
    {
        var to = fields.GetValueOrDefault("To", "");
        if (!E164().IsMatch(to) || fields.GetValueOrDefault("Channel") != "sms")
        {
            return Error(400, 60200, "Invalid parameter");
        }

        if (fields.TryGetValue("Locale", out var locale) && !Locales.Contains(locale))
        {
            return NotFound();
        }

        if (!_open.TryGetValue(to, out var open))
        {
            _open[to] = open = new($"VE{Guid.NewGuid():N}", to, $"{_open.Count + 100000 + _calls.Count}");
        }

        return ++open.Sends > 5 ? Error(429, 60203, "Max send attempts reached") : new(201, Resource(open, "pending"));
    }

    private Answer Update(string sid, IReadOnlyDictionary<string, string> fields)
    {
        if (_open.Values.FirstOrDefault(open => open.Sid == sid) is not { } open)
        {
            return NotFound();
        }

        if (fields.GetValueOrDefault("Status") is not ("canceled" or "approved"))
        {
            return Error(400, 60200, "Invalid parameter");
        }

        _open.Remove(open.To);
        return new(200, Resource(open, fields["Status"]));
    }

    private Answer Check(IReadOnlyDictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("Code") is not { Length: >= 4 and <= 10 } code)
        {
            return Error(400, 60200, "Invalid parameter");
        }

        var open = fields.TryGetValue("VerificationSid", out var sid)
            ? _open.Values.FirstOrDefault(open => open.Sid == sid)
            : _open.GetValueOrDefault(fields.GetValueOrDefault("To", ""));
        if (open is null)
        {
            return NotFound();
        }

        if (++open.Checks > 5)
        {
            return Error(429, 60202, "Max check attempts reached");
        }

        if (open.Code != code)
        {
            return new(200, Resource(open, "pending"));
        }

        _open.Remove(open.To);
        return new(200, Resource(open, "approved"));
    }

    private static Dictionary<string, object?> Resource(Open open, string status) => new()
    {
        ["sid"] = open.Sid,
        ["service_sid"] = ServiceSid,
        ["account_sid"] = NotificationsApp.AccountSid,
        ["to"] = open.To,
        ["channel"] = "sms",
        ["status"] = status,
        ["valid"] = status == "approved",
    };

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$")]
    private static partial Regex E164();

    private sealed record Answer(int Status, Dictionary<string, object?> Body);

    private sealed record Open(string Sid, string To, string Code)
    {
        public int Sends { get; set; }

        public int Checks { get; set; }
    }
}
