using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Retention;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests;

/// <summary>The service itself on a database of its own, with its settings as an operator would give them.</summary>
/// <remarks>Any type of the service names its assembly; Program would also be Standalone's.</remarks>
internal sealed class NotificationsApp : WebApplicationFactory<MessageMetrics>, ILoggerProvider
{
    public const string Number = "+2348031234567";
    public const string AccountSid = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    public const string ServiceSid = "MG0123456789abcdef0123456789abcdef";
    public const string AuthToken = "the-token-that-nobody-may-see";
    public const string AdminKey = "an-admin-key-of-the-tests-0123456789";

    private readonly Dictionary<string, string?> _settings;
    private readonly TimeProvider? _time;
    private readonly bool _purges;
    private readonly ConcurrentQueue<string> _logs = new();

    private NotificationsApp(Dictionary<string, string?> settings, TimeProvider? time, bool purges = false)
    {
        _settings = settings;
        _time = time;
        _purges = purges;
    }

    /// <summary>Every line that was logged so far.</summary>
    public IReadOnlyList<string> Logs => [.. _logs];

    /// <summary>A service that sends by <paramref name="twilio"/>.</summary>
    public static NotificationsApp Create(
        TestDatabase database, Uri twilio, TimeProvider? time = null, params (string Key, string? Value)[] settings) =>
        Create(
            database,
            time,
            [
                ("Twilio:AccountSid", AccountSid),
                ("Twilio:AuthToken", AuthToken),
                // A pool: an ordinary number would be held to a segment a second
                ("Twilio:MessagingServiceSid", ServiceSid),
                ("Twilio:BaseUrl", twilio.ToString()),
                .. settings,
            ]);

    /// <summary>A service without a Twilio account.</summary>
    public static NotificationsApp CreateUnconfigured(TestDatabase database, TimeProvider? time = null) =>
        Create(database, time, []);

    /// <summary>The same, with what deletes old rows, and would take from other tests at any moment what they have made old.</summary>
    public static NotificationsApp CreateThatPurges(TestDatabase database) => new(Create(database, null, [])._settings, null, purges: true);

    /// <summary>A client with a key that has every scope.</summary>
    public HttpClient CreateCaller()
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", AdminKey);
        return client;
    }

    /// <summary>Sends a message and returns its id.</summary>
    public static async Task<Guid> SendAsync(HttpClient caller, string body = "Hello", string to = Number, string kind = "transaction")
    {
        using var response = await caller.PostAsJsonAsync("/notifications/sms", new { to, body, kind }, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer.GetProperty("id").GetGuid();
    }

    /// <summary>Waits until a message is in a state, and returns it.</summary>
    public static Task<JsonElement> WaitForAsync(HttpClient caller, Guid id, string status) => Eventually.ReadAsync(
        () => ReadAsync(caller, id), message => message.GetProperty("status").GetString() == status);

    /// <summary>Reads a message.</summary>
    public static Task<JsonElement> ReadAsync(HttpClient caller, Guid id) => caller.GetFromJsonAsync<JsonElement>(
        $"/notifications/messages/{id}", TestContext.Current.CancellationToken);

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new QueueLogger(_logs);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging =>
            logging.ClearProviders().AddProvider(this).AddFilter<NotificationsApp>("", LogLevel.Trace));
        builder.ConfigureTestServices(services =>
        {
            if (_time is not null)
            {
                services.AddSingleton(_time);
            }

            if (!_purges)
            {
                services.Remove(services.Single(service => service.ImplementationType == typeof(RetentionWorker)));
            }
        });
    }

    /// <summary>A service with these settings, and what every test needs.</summary>
    public static NotificationsApp Create(
        TestDatabase database, TimeProvider? time, IEnumerable<(string Key, string? Value)> settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:prodready"] = database.ConnectionString,
            ["ApiKeys:AdminKey"] = AdminKey,
            ["Queues:sms:PollInterval"] = "00:00:00.1",
            ["Queues:sms_codes:PollInterval"] = "00:00:00.1",
            ["Sending:CheckInterval"] = "00:00:00.1",
            ["Sending:ProofAfter"] = "00:00:01",
            // Else what a test sends depends on the time of the day
            ["QuietHours:Enabled"] = "false",
            ["Verifications:Keys"] = $"k1:{Convert.ToBase64String(new byte[32])}",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new(all, time);
    }

    private sealed class QueueLogger(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
    }
}
