using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>Sending codes again.</summary>
public sealed class ResendTests(DataStores stores) : VerificationTest(stores)
{
    [Fact]
    public async Task Same_code_is_sent_again_and_expires_when_it_did()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);
        var expiry = Time.GetUtcNow() + TimeSpan.FromMinutes(10);
        Time.Advance(TimeSpan.FromMinutes(3));

        var (response, answer) = await ResendAsync(caller, id);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.InRange(expiry - answer.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.InRange(
            Time.GetUtcNow() + TimeSpan.FromSeconds(60) - answer.GetProperty("resendAt").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        var texts = await TextsAsync(app);
        Assert.Equal(2, texts.Count);
        Assert.All(texts, text => Assert.StartsWith($"{code} is your verification code.", text, StringComparison.Ordinal));
        Assert.Contains("in 7 min", Assert.Single(texts, text => !text.Contains("in 10 min", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, code));
    }

    [Fact]
    public async Task New_code_takes_the_place_of_the_old_one_with_the_attempts_that_are_left()
    {
        var (app, caller) = Start(("Verifications:Resend", "NewCode"));
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);
        Assert.Equal(("wrong", 4), await CheckAsync(caller, id, Wrong(code)));
        Time.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal(HttpStatusCode.Accepted, (await ResendAsync(caller, id)).Response.StatusCode);
        var newCode = (await TextsAsync(app)).Select(text => text[..6]).First(text => text != code);

        Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(("wrong", 3), await CheckAsync(caller, id, code));
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, newCode));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.verifications WHERE sealed_code IS NOT NULL"));
    }

    [Fact]
    public async Task Resends_count_in_all_limits()
    {
        var (_, caller) = Start(("Verifications:PerClientIpAndHour", "2"), ("Verifications:PerNumberAndDay", "3"));
        var id = await BeginAsync(caller, clientIp: "203.0.113.7");

        Assert.Equal(("cool_down", HttpStatusCode.TooManyRequests), await ReasonAsync(caller, id));
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.Accepted, (await ResendAsync(caller, id)).Response.StatusCode);
        Assert.Equal("cool_down", (await RefusedAsync(caller)).Reason);
        Assert.Equal("client_limit", (await RefusedAsync(caller, OtherNumber, clientIp: "203.0.113.7")).Reason);
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(("client_limit", HttpStatusCode.TooManyRequests), await ReasonAsync(caller, id));
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(caller, $"{Root}/{id}/resend", new { clientIp = "203.0.113.9" })).Response.StatusCode);
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("number_limit", (await RefusedAsync(caller)).Reason);
    }

    [Fact]
    public async Task Resends_at_a_time_send_one()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        Time.Advance(TimeSpan.FromSeconds(60));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ResendAsync(caller, id)));

        Assert.Single(answers, answer => answer.Response.StatusCode == HttpStatusCode.Accepted);
        Assert.Equal(2, (await TextsAsync(app)).Count);
    }

    [Fact]
    public async Task Verification_that_is_over_is_not_sent_again()
    {
        var (app, caller) = Start();
        var approved = await BeginAsync(caller);
        await CheckAsync(caller, approved, await CodeAsync(app));
        var locked = await BeginAsync(caller, OtherNumber);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await CheckAsync(caller, locked, "x");
        }

        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(("approved", HttpStatusCode.Conflict), await ReasonAsync(caller, approved));
        Assert.Equal(("locked", HttpStatusCode.Conflict), await ReasonAsync(caller, locked));
        var expired = await BeginAsync(caller);
        Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(("expired", HttpStatusCode.Conflict), await ReasonAsync(caller, expired));
        Assert.Equal(HttpStatusCode.NotFound, (await ResendAsync(caller, Guid.NewGuid())).Response.StatusCode);
    }

    private static async Task<(string? Reason, HttpStatusCode Status)> ReasonAsync(HttpClient caller, Guid id)
    {
        var (response, answer) = await ResendAsync(caller, id);
        return (answer.GetProperty("reason").GetString(), response.StatusCode);
    }

    private static async Task<(HttpResponseMessage Response, JsonElement Answer)> ResendAsync(HttpClient caller, Guid id)
    {
        var response = await caller.PostAsync(new Uri($"{Root}/{id}/resend", UriKind.Relative), null, Cancellation);
        return (response, await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
    }
}
