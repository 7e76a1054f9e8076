using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>Starting verifications, and their messages.</summary>
public sealed class StartTests(DataStores stores) : VerificationTest(stores)
{
    [Fact]
    public async Task Code_is_sent_and_the_answer_says_when_what_is_over()
    {
        var (app, caller) = Start(("Verifications:AppName", "Acme"));

        var (response, answer) = await PostAsync(caller, Root, new { to = "+234 803 123 4567", purpose = "login" });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"{Root}/{answer.GetProperty("id").GetGuid()}", response.Headers.Location?.ToString());
        Assert.Equal("+2348*****67", answer.GetProperty("to").GetString());
        Assert.Equal("login", answer.GetProperty("purpose").GetString());
        Assert.Equal("pending", answer.GetProperty("status").GetString());
        Assert.Equal(TimeSpan.FromMinutes(10), answer.GetProperty("expiresAt").GetDateTimeOffset() - answer.GetProperty("createdAt").GetDateTimeOffset());
        Assert.Equal(TimeSpan.FromSeconds(60), answer.GetProperty("resendAt").GetDateTimeOffset() - answer.GetProperty("createdAt").GetDateTimeOffset());
        Assert.Equal(5, answer.GetProperty("attemptsLeft").GetInt32());
        Assert.Matches("^[0-9]{6} is your Acme code. It expires in 10 min. Never share it with anyone.$", Assert.Single(await TextsAsync(app)));
    }

    [Fact]
    public async Task Message_is_the_pipelines_and_comes_to_the_provider()
    {
        await using var twilio = await TwilioFake.StartAsync();
        var app = Track(NotificationsApp.Create(Database, twilio.BaseUrl, null, Keys));
        var caller = app.CreateCaller();

        var id = await BeginAsync(caller);

        var calls = await Eventually.ReadAsync(() => Task.FromResult(twilio.Calls), calls => calls.Count > 0);
        var code = await CodeAsync(app);
        Assert.Contains(code, Assert.Single(calls).Body, StringComparison.Ordinal);
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, code));
    }

    [Theory]
    [InlineData("""{"purpose":"login"}""", "to", "A phone number is required.")]
    [InlineData("""{"to":"12","purpose":"login"}""", "to", "The number must begin with + and its country code. Example: +2348031234567")]
    [InlineData("""{"to":"+442079460958","purpose":"login"}""", "to", "The number is not one of a mobile phone.")]
    [InlineData("""{"to":"+2348031234567"}""", "purpose", "A purpose is required. Example: login")]
    [InlineData("""{"to":"+2348031234567","purpose":"log in"}""", "purpose", "A purpose is 1 to 64 letters, digits, dots, hyphens and underscores. Example: login")]
    [InlineData("""{"to":"+2348031234567","purpose":"login","locale":"?"}""", "locale", "This is not a locale. Example: fr-CI")]
    [InlineData("""{"to":"+2348031234567","purpose":"login","clientIp":"x"}""", "clientIp", "This is not an IP address. Example: 203.0.113.7")]
    [InlineData("""{"to":"+2348031234567","purpose":"login","codeLength":4}""", "codeLength", "A code has 6 to 8 digits.")]
    [InlineData("""{"to":"+2348031234567","purpose":"login","code":"1"}""", "code", "There is no such field.")]
    public async Task Wrong_field_is_named(string body, string field, string reason)
    {
        var (_, caller) = Start();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var response = await caller.PostAsync(new Uri(Root, UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("errors");
        Assert.Equal(reason, Assert.Single(errors.EnumerateObject(), error => error.Name == field).Value[0].GetString());
    }

    [Fact]
    public async Task Country_that_is_not_listed_is_refused()
    {
        var (_, caller) = Start(("Verifications:Countries", "GH, KE"), ("Sending:Countries", "NG,GH"));

        var (response, answer) = await PostAsync(caller, Root, new { to = Number, purpose = "login" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("Codes are not sent to this country (NG).", answer.GetProperty("errors").GetProperty("to")[0].GetString());
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity, (await PostAsync(caller, Root, new { to = "+254712345678", purpose = "login" })).Response.StatusCode);
        await BeginAsync(caller, "+233201234567");
    }

    [Fact]
    public async Task Suppressed_and_refused_numbers_get_the_same_answer_and_the_same_limits()
    {
        var (app, caller) = Start();
        await BeginAsync(caller, OtherNumber);
        await ExecuteAsync(
            $"""
            INSERT INTO notifications.suppressions (number, sender, reason, created_at) VALUES ('{Number}', '*', 'STOP', now());
            INSERT INTO notifications.refused_numbers (number, code, reason, at) VALUES ('+2348021234567', 21614, 'no mobile', now());
            """);

        foreach (var number in new[] { Number, "+2348021234567" })
        {
            var (response, answer) = await PostAsync(caller, Root, new { to = number, purpose = "login" });

            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            Assert.Equal(
                ["id", "to", "purpose", "status", "createdAt", "expiresAt", "resendAt", "attemptsLeft"],
                answer.EnumerateObject().Select(property => property.Name));
            Assert.Empty(await TextsAsync(app, number));
            Assert.Equal("cool_down", (await RefusedAsync(caller, number)).Reason);
            Assert.Equal(("wrong", 4), await CheckAsync(caller, answer.GetProperty("id").GetGuid(), "12345"));
        }
    }

    [Fact]
    public async Task Suppressed_number_gets_the_same_answer_when_the_days_money_is_spent()
    {
        var (_, caller) = Start(("Verifications:DailySpendCap", "0.15"), ("Sms:Prices:default", "0.1"));
        await ExecuteAsync(
            $"INSERT INTO notifications.suppressions (number, sender, reason, created_at) VALUES ('{Number}', '*', 'STOP', now())");

        // It costs nothing
        await BeginAsync(caller);
        await BeginAsync(caller, OtherNumber);

        var refused = await RefusedAsync(caller, "+2348021234567");
        Assert.Equal(("unavailable", TimeSpan.FromMinutes(15)), refused);
        Assert.Equal(refused, await RefusedAsync(caller, purpose: "transfer"));
        Assert.Equal(1, await CountAsync("SELECT (sum(usd) * 10)::bigint FROM notifications.verification_spend"));
    }

    [Fact]
    public async Task Idempotency_key_starts_one_verification()
    {
        var (app, caller) = Start();
        caller.DefaultRequestHeaders.Add("Idempotency-Key", "key-1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(caller, Root, new { to = Number, purpose = "login" })));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Response.StatusCode));
        Assert.Single(answers.Select(answer => answer.Answer.GetProperty("id").GetGuid()).Distinct());
        Assert.Equal(9, answers.Count(answer => answer.Response.Headers.Contains("Idempotent-Replayed")));
        Assert.Single(await TextsAsync(app));
        var (conflict, problem) = await PostAsync(caller, Root, new { to = Number, purpose = "transfer" });
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        Assert.StartsWith(
            "This Idempotency-Key was sent with other content before, as verification ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);

        Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromHours(48));
        await PostAsync(caller, Root, new { to = Number, purpose = "transfer" });
        Assert.Equal(2, (await TextsAsync(app)).Count);
    }

    [Fact]
    public async Task Without_keys_or_a_provider_503_names_the_settings()
    {
        await using var noKeys = NotificationsApp.Create(Database, Time, [("Verifications:Keys", ""), ("Sms:Provider", "Log")]);
        var (response, answer) = await PostAsync(noKeys.CreateCaller(), Root, new { to = Number, purpose = "login" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(
            "The service has no keys to check codes with. Set VERIFICATION_KEYS (Verifications:Keys), and start it again. "
            + "Example: 2026-11:$(openssl rand -base64 32)",
            answer.GetProperty("detail").GetString());
        var (check, _) = await PostAsync(noKeys.CreateCaller(), $"{Root}/{Guid.NewGuid()}/check", new { code = "123456" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, check.StatusCode);
        await Eventually.ReadAsync(() => Task.FromResult(noKeys.Logs), logs => logs.Any(line =>
            line.StartsWith("Warning POST /notifications/verifications answers 503. The service has no keys", StringComparison.Ordinal)));

        await using var noProvider = NotificationsApp.Create(Database, Time, [Keys]);
        (response, answer) = await PostAsync(noProvider.CreateCaller(), Root, new { to = Number, purpose = "login" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("TWILIO_ACCOUNT_SID", answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_is_away_503_says_how_to_repeat()
    {
        var (_, caller) = Start();
        var id = await BeginAsync(caller);
        await Database.AllowConnectionsAsync(false);
        try
        {
            var (start, answer) = await PostAsync(caller, Root, new { to = OtherNumber, purpose = "login" });
            Assert.Equal(HttpStatusCode.ServiceUnavailable, start.StatusCode);
            Assert.NotNull(start.Headers.RetryAfter);
            Assert.Contains("Idempotency-Key", answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
            var (check, _) = await PostAsync(caller, $"{Root}/{id}/check", new { code = "123456" });
            Assert.Equal(HttpStatusCode.ServiceUnavailable, check.StatusCode);
        }
        finally
        {
            await Database.AllowConnectionsAsync(true);
        }

        await BeginAsync(caller, OtherNumber);
    }

    [Fact]
    public async Task Scope_is_asked_for()
    {
        var (app, _) = Start();
        using var stranger = app.CreateClient();

        using var response = await stranger.PostAsJsonAsync(Root, new { to = Number, purpose = "login" }, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
