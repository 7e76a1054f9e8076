using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Transactions;

public sealed class TransactionEndpointTests(DataStores stores) : IAsyncLifetime
{
    private const string Path = "/notifications/transactions";

    private const string LowBalance =
        """{"to":"+2348031234567","type":"low-balance","locale":"en","data":{"balance":{"amount":90,"currency":"NGN"},"threshold":{"amount":100,"currency":"NGN"}}}""";

    private const string Login = """{"to":"+2348031234567","type":"new-login","locale":"pl","validity":600,"data":{"device":"Firefox","at":"2026-11-28T14:30:00+01:00"}}""";

    /// <summary>Half past eleven at night in Lagos.</summary>
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 22, 30, 0, TimeSpan.Zero));
    private NotificationsApp _app = null!;
    private HttpClient _caller = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = NotificationsApp.Create(
            await stores.SharedDatabaseAsync(), new Uri("http://127.0.0.1:1"), _time, ("Sms:Prices:NG", "0.05"), ("QuietHours:Enabled", "true"));
        _caller = _app.CreateCaller();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_dry_run_tells_text_segments_cost_and_time()
    {
        var answer = await PostAsync(HttpStatusCode.OK, LowBalance, "?dryRun=true");
        Assert.Equal(
            "Your balance is NGN 90.00, below your limit of NGN 100.00. Top up to keep your payments going.", answer.GetProperty("text").GetString());
        Assert.Equal(
            ("+2348031234567", "NG", "transaction", "low-balance@1", "en", "GSM-7", 94, 1, 66),
            (Text("to"), Text("country"), Text("kind"), Text("template"), Text("locale"), Text("encoding"), Number("units"), Number("segments"), Number("unitsLeft")));
        Assert.Equal((0.05m, "USD"), (answer.GetProperty("estimatedCost").GetDecimal(), Text("currency")));
        // 08:00 in Lagos
        Assert.Equal(new DateTimeOffset(2026, 11, 29, 7, 0, 0, TimeSpan.Zero), answer.GetProperty("sendAt").GetDateTimeOffset());

        string? Text(string name) => answer.GetProperty(name).GetString();
        int Number(string name) => answer.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task What_must_be_known_at_once_does_not_wait()
    {
        var answer = await PostAsync(HttpStatusCode.OK, Login, "?dryRun=true");
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("sendAt").ValueKind);
        Assert.Equal(_time.GetUtcNow().AddMinutes(10), answer.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal("UCS-2", answer.GetProperty("encoding").GetString());
        Assert.Equal(["U+0144 ń", "U+0142 ł"], answer.GetProperty("unicodeCharacters").EnumerateArray().Select(item => item.GetString()));
    }

    [Fact]
    public async Task Every_wrong_field_is_named_with_its_reason()
    {
        var problem = await PostAsync(
            HttpStatusCode.UnprocessableEntity,
            """
            {"to":"+33140205050","type":"new-login","version":1,"locale":"","sendAt":"tomorrow","validity":0,"sentAt":"2030-01-01",
             "data":{"device":7,"at":"now","where":"here"}}
            """,
            "?dryRun=true",
            new string('k', 256));
        Assert.Equal(
            [
                "Idempotency-Key: The key must be 1 to 255 visible ASCII characters, such as a UUID.",
                "data.at: This must be a time with its offset from UTC, such as \"2026-11-28T14:30:00+01:00\", or with the time zone to show it in: "
                + "{\"at\": \"2026-11-28T13:30:00Z\", \"zone\": \"Africa/Lagos\"}.",
                "data.device: This must be text.",
                "data.where: The template new-login@1 has no such placeholder. It has: device, at.",
                "locale: This is no locale. Example: fr or fr-CA",
                "sendAt: This is not a time with its offset from UTC. Example: 2026-12-24T09:00:00+01:00",
                "sentAt: There is no such field.",
                "to: The number is a fixed line, which takes no messages.",
                "validity: The validity must be 1 to 36000 seconds.",
            ],
            problem.GetProperty("errors").EnumerateObject().Select(error => $"{error.Name}: {error.Value[0].GetString()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_empty_request_lacks_number_and_template()
    {
        var problem = await PostAsync(HttpStatusCode.UnprocessableEntity, "{}");
        Assert.Equal(["to", "type"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Sending_asks_for_a_key()
    {
        using var response = await _app.CreateClient().PostAsync(Path, new StringContent(LowBalance, Encoding.UTF8, "application/json"), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Templates_are_listed_with_what_they_take()
    {
        var templates = await _caller.GetFromJsonAsync<JsonElement>("/notifications/templates", Token);
        var first = templates[0];
        Assert.Equal(
            """
            {"type":"airtime-delivered","version":1,"kind":"transaction","quietHours":false,"maxSegments":2,"defaultLocale":"en",
            "locales":["en","fr","pl"],"placeholders":{"amount":{"type":"money","min":0,"max":999999999},"phone":{"type":"phoneNumber"},
            "validDays":{"type":"integer","min":1,"max":3650}}}
            """.ReplaceLineEndings(""),
            first.GetRawText());
        Assert.Equal(6, templates.GetArrayLength());
    }

    private async Task<JsonElement> PostAsync(HttpStatusCode expected, string json, string query = "", string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + query)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await _caller.SendAsync(request, Token);
        var answer = await response.Content.ReadAsStringAsync(Token);
        Assert.True(expected == response.StatusCode, string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}: {answer}"));
        return JsonDocument.Parse(answer).RootElement;
    }
}
