using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.Notifications.Tests.PhoneNumbers.Lookups;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.PhoneNumbers;

public sealed class PhoneNumberEndpointTests(DataStores stores) : IAsyncLifetime
{
    private static readonly (string Number, string Reason)[] Wrong =
    [
        ("+23480312", "The number is too short for its country."), ("hello", "This is not a phone number. Example: +2348031234567"),
    ];

    private static readonly (int Status, string Body, string Error)[] Failures =
    [
        (401, "{}", "Twilio refuses the account's credentials for Lookup (401). Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."),
        (404, "{}", "Twilio Lookup does not know this number."),
        (400, "{}", "Twilio Lookup answered 400."),
        (200, "<html>", "Twilio Lookup answered something that is not its document."),
        (200, "{}", "Twilio Lookup answered without the type of the line."),
        (200, """{"valid":true,"line_type_intelligence":{"type":null,"error_code":60600}}""",
            "Twilio Lookup cannot tell the type of this line (error 60600: https://www.twilio.com/docs/api/errors/60600)."),
    ];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
    private TestDatabase _database = null!;
    private LookupFake _lookups = null!;
    private NotificationsApp _app = null!;
    private HttpClient _caller = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _lookups = await LookupFake.StartAsync();
        _app = NotificationsApp.Create(
            _database, new Uri("http://127.0.0.1:1"), _time, ("Lookup:BaseUrl", _lookups.BaseUrl), ("Lookup:Timeout", "00:00:01"));
        _caller = _app.CreateCaller();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _lookups.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_number_is_told_with_what_its_plan_knows()
    {
        foreach (var number in (string[])["+234%20803-123-4567", "%2B2348031234567"])
        {
            Assert.Equal(
                """
                {"valid":true,"reason":null,"e164":"+2348031234567","country":"NG","type":"mobile","mayBeMobile":true,"timeZones":["Africa/Lagos"],
                "suppressed":false,"suppressions":[],"refused":null,"lookup":null}
                """.ReplaceLineEndings(""),
                (await GetAsync(number)).GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal));
        }

        Assert.Equal(0, _lookups.Calls);
    }

    [Fact]
    public async Task What_is_no_number_is_an_answer_too()
    {
        foreach (var (number, reason) in Wrong)
        {
            var answer = await GetAsync(number, "?lookup=true");
            Assert.False(answer.GetProperty("valid").GetBoolean());
            Assert.Equal(reason, answer.GetProperty("reason").GetString());
        }

        Assert.Equal(0, _lookups.Calls);
    }

    [Fact]
    public async Task Suppressions_and_refusals_are_told()
    {
        await ExecuteAsync(
            """
            INSERT INTO notifications.suppressions (number, sender, reason, created_at, lifted_at) VALUES
                ('+2348031234567', '+15005550006', 'STOP', '2026-11-01T00:00Z', NULL), ('+2348031234567', '12345', 'STOP', now(), now());
            INSERT INTO notifications.refused_numbers (number, code, reason, at)
            VALUES ('+2348031234567', 21614, 'Not a mobile number.', '2026-11-02T00:00Z')
            """);
        var answer = await GetAsync(NotificationsApp.Number);
        Assert.True(answer.GetProperty("suppressed").GetBoolean());
        var suppression = Assert.Single(answer.GetProperty("suppressions").EnumerateArray());
        Assert.Equal(("+15005550006", "STOP"), (suppression.GetProperty("sender").GetString(), suppression.GetProperty("reason").GetString()));
        Assert.Equal(21614, answer.GetProperty("refused").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_lookup_is_asked_for_once_until_its_answer_is_old()
    {
        Assert.Equal(
            """{"lineType":"mobile","carrier":"MTN Nigeria","mobileCountryCode":"621","mobileNetworkCode":"30","at":"2026-11-28T12:00:00+00:00","cached":false,"error":null}""",
            (await LookUpAsync()).GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal));
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromDays(29));
        _lookups.Answer = (200, LookupFake.Mobile.Replace("mobile\"", "landline\"", StringComparison.Ordinal));
        var cached = await LookUpAsync();
        Assert.Equal(("mobile", true, 1), (cached.GetProperty("lineType").GetString(), cached.GetProperty("cached").GetBoolean(), _lookups.Calls));
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromDays(2));
        var fresh = await LookUpAsync();
        Assert.Equal(("landline", false, 2), (fresh.GetProperty("lineType").GetString(), fresh.GetProperty("cached").GetBoolean(), _lookups.Calls));
    }

    [Fact]
    public async Task A_failed_lookup_says_why_and_the_rest_is_answered()
    {
        foreach (var (status, body, error) in Failures)
        {
            _lookups.Answer = (status, body);
            Assert.Equal(error, (await LookUpAsync()).GetProperty("error").GetString());
            Assert.Contains(_app.Logs, line => line.Contains($"A phone number could not be looked up: {error}", StringComparison.Ordinal));
        }

        // None of them was kept
        _lookups.Answer = (200, LookupFake.Mobile);
        Assert.Equal("mobile", (await LookUpAsync()).GetProperty("lineType").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Twilio_that_hangs_or_is_away_is_said(bool isAway)
    {
        _lookups.Hangs = true;
        var url = _lookups.BaseUrl;
        if (isAway)
        {
            await _lookups.DisposeAsync();
        }

        // By the system's clock, since that of the test does not go on while it waits
        await using var app = NotificationsApp.Create(
            _database, new Uri("http://127.0.0.1:1"), null, ("Lookup:BaseUrl", url), ("Lookup:Timeout", "00:00:01"));
        using var caller = app.CreateCaller();
        var answer = await caller.GetFromJsonAsync<JsonElement>($"/notifications/phone-numbers/{NotificationsApp.Number}?lookup=true", Token);
        Assert.True(answer.GetProperty("valid").GetBoolean());
        Assert.Equal(
            "Twilio Lookup cannot be reached, or did not answer in time. Repeat the request later.",
            answer.GetProperty("lookup").GetProperty("error").GetString());
    }

    [Fact]
    public async Task Without_an_account_a_lookup_is_503_and_the_rest_works()
    {
        await using var app = NotificationsApp.CreateUnconfigured(_database);
        using var caller = app.CreateCaller();
        using var response = await caller.GetAsync($"/notifications/phone-numbers/{NotificationsApp.Number}?lookup=true", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        using var offline = await caller.GetAsync($"/notifications/phone-numbers/{NotificationsApp.Number}", Token);
        Assert.Equal(HttpStatusCode.OK, offline.StatusCode);
    }

    private async Task<JsonElement> LookUpAsync() => (await GetAsync(NotificationsApp.Number, "?lookup=true")).GetProperty("lookup");

    private async Task<JsonElement> GetAsync(string number, string query = "")
    {
        using var response = await _caller.GetAsync($"/notifications/phone-numbers/{number}{query}", Token);
        var answer = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer);
        return JsonDocument.Parse(answer).RootElement;
    }

    private async Task ExecuteAsync(string sql)
    {
        // The service has migrated by its first answer
        await GetAsync("+15005550006");
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
