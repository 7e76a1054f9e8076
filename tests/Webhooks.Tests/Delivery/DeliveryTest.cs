using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>A test class with a database of its own, and as many sinks and services on it as a test wants.</summary>
public abstract class DeliveryTest(DataStores stores) : IAsyncLifetime
{
    private protected const string SigningSecret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private readonly List<IAsyncDisposable> _running = [];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await stores.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_running))
        {
            await one.DisposeAsync();
        }

        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A service that delivers everything to <paramref name="sink"/>, and tries again at once.</summary>
    private protected WebhooksApp Start(Sink sink, params (string Key, string Value)[] settings) => Start(sink.Url, settings);

    private protected WebhooksApp Start(string url, params (string Key, string Value)[] settings)
    {
        (string, string)[] usual =
        [
            ("Webhooks:Destinations:shop:Url", url),
            ("Webhooks:Destinations:shop:SigningSecret", SigningSecret),
            ("Webhooks:Destinations:shop:Subscriptions:0", "*:*"),
            ("Webhooks:Destinations:shop:RetrySchedule:0", "00:00:00.01"),
            ("Webhooks:Destinations:shop:RetrySchedule:1", "00:00:00.01"),
            ("Queues:delivery_shop:PollInterval", "00:00:00.05"),
        ];
        return Track(new WebhooksApp(
            Database.ConnectionString,
            [.. usual, .. settings.Select(one => (one.Key.Replace("shop:", "Webhooks:Destinations:shop:", StringComparison.Ordinal), one.Value))]));
    }

    private protected async Task<Sink> SinkAsync(Func<HttpContext, Received, Task>? answer = null) => Track(await Sink.StartAsync(answer));

    private protected async Task<Sink> SinkAsync(params int[] statuses) => Track(await Sink.StartAsync(statuses));

    private protected T Track<T>(T one)
        where T : IAsyncDisposable
    {
        _running.Add(one);
        return one;
    }

    /// <summary>Has an event taken in.</summary>
    /// <returns>Our id of it.</returns>
    private protected static async Task<Guid> ReceiveAsync(WebhooksApp app, string? customer = null, string type = "invoice.paid")
    {
        using var response = await app.PostAsync(
            $$"""{ "id" : "evt_{{Guid.NewGuid():N}}", "type":"{{type}}",   "customer": "{{customer ?? "none"}}" }""");
        return (await JsonAsync(response, HttpStatusCode.OK)).GetProperty("id").GetGuid();
    }

    private protected static async Task<HttpResponseMessage> SendAsync(WebhooksApp app, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Api-Key", "an-admin-key-for-these-tests");
        return await app.Client.SendAsync(request, Cancellation);
    }

    private protected static async Task<JsonElement> JsonAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Waits until an event's delivery has a state.</summary>
    private protected Task<string> StateAsync(Guid id, string state, int attempts) => Eventually.ReadAsync(
        () => TextAsync($"SELECT coalesce((SELECT state || ' ' || attempts FROM webhooks.deliveries WHERE event_id = '{id}'), '')"),
        found => found == $"{state} {attempts}");

    /// <summary>The last try, as <c>number|status|error|answer</c>.</summary>
    private protected Task<string> LastTryAsync(Guid id) => TextAsync(
        $"""
        SELECT concat_ws('|', number, coalesce(status::text, '-'), coalesce(error, '-'), coalesce(convert_from(response, 'UTF8'), '-'))
        FROM webhooks.attempts WHERE event_id = '{id}' ORDER BY number DESC LIMIT 1
        """);

    /// <summary>Waits until nothing is left to do.</summary>
    private protected Task EmptyAsync() => Eventually.ReadAsync(
        () => TextAsync(
            """
            SELECT (NOT EXISTS (SELECT FROM webhooks.jobs) AND position >= (SELECT coalesce(max(position), 0) FROM webhooks.events))::text
            FROM webhooks.cursors WHERE name = 'deliver'
            """),
        empty => empty == "true");

    private protected async Task<string> TextAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(Cancellation) ?? "";
    }

    private protected static Task<IReadOnlyList<Received>> ReceivedAsync(Sink sink, int count) =>
        Eventually.ReadAsync(() => Task.FromResult(sink.All), all => all.Count >= count);

    private protected static string Text(Received received) => Encoding.UTF8.GetString(received.Body);
}
