using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Settling;

/// <summary>What an operator makes of messages of unknown fate, while nobody looks for them at Twilio.</summary>
public sealed class SettlementTests(DataStores stores) : NotificationsTest(stores, ("Sending:CheckInterval", "00:01:00"))
{
    private const string Sid = "SM0123456789";

    [Fact]
    public async Task One_that_was_sent_is_sent_with_who_found_that_out_and_how()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        var id = await LoseAsync();
        var message = await SettleAsync(id, new { outcome = "sent", providerId = Sid, note = "In Twilio's console" });
        Assert.Equal(("sent", Sid), (Text(message, "status"), Text(message, "providerId")));
        Assert.Equal(["accepted", "sending", "unknown", "sent"], Timeline(message));
        var last = message.GetProperty("events")[3];
        Assert.Equal(("sent", "admin", "In Twilio's console"), (Text(last, "settled"), Text(last, "by"), Text(last, "detail")));
        Assert.False(message.GetProperty("events")[2].TryGetProperty("settled", out _));
        Assert.Equal(JsonValueKind.Null, message.GetProperty("error").ValueKind);
        Assert.Equal(1, Twilio.CallCount);
        Assert.Equal(1, counts["resolved{outcome=settled}"]);
        Assert.True(await ScalarAsync<bool>("SELECT check_at > now() FROM notifications.messages"), "Its delivery is not asked for.");
    }

    [Fact]
    public async Task One_that_was_not_sent_fails_for_good()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        var id = await LoseAsync("code");
        var message = await SettleAsync(id, new { outcome = "not-sent", note = "Not in the console" });
        Assert.Equal(("failed", "An operator found that it was not sent: Not in the console"), (Text(message, "status"), Text(message, "error")));
        Assert.Equal(1, Twilio.CallCount);
        Assert.Equal(1, counts[$"ended{{status=failed,code=0,country=NG,sender={NotificationsApp.ServiceSid}}}"]);
        Assert.True(await ScalarAsync<bool>("SELECT sealed_body IS NULL AND check_at IS NULL FROM notifications.messages"), "It is not over.");
    }

    [Fact]
    public async Task One_that_is_to_be_sent_again_is_sent_once_more_when_no_call_can_be_under_way()
    {
        var id = await LoseAsync();
        Assert.Equal("accepted", Text(await SettleAsync(id, new { outcome = "resend", note = "Nobody can say" }), "status"));
        var message = await WaitForAsync(id, "sent");
        Assert.Equal(["accepted", "sending", "unknown", "accepted", "sending", "sent"], Timeline(message));
        Assert.Equal(2, Twilio.CallCount);
        // As whoever looks for it waits, too: Sending:ProofAfter
        var lost = message.GetProperty("events")[2].GetProperty("at").GetDateTimeOffset();
        Assert.True(message.GetProperty("events")[4].GetProperty("at").GetDateTimeOffset() - lost >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Repeating_it_changes_nothing()
    {
        foreach (var body in (object[])
            [
                new { outcome = "sent", note = "n" }, new { outcome = "not-sent", note = "n" }, new { outcome = "resend", note = "n", attempt = 1 },
                new { outcome = "sent", providerId = Sid, note = "n" },
            ])
        {
            var id = await LoseAsync();
            var first = await SettleAsync(id, body);
            var second = await SettleAsync(id, body);
            Assert.Equal(first.GetProperty("events").GetArrayLength(), second.GetProperty("events").GetArrayLength());
            Assert.Equal(Text(first, "updatedAt"), Text(second, "updatedAt"));
            await SettleAsync(id, new { outcome = "sent", providerId = "SM1", note = "n" }, HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task One_whose_resend_was_lost_too_is_settled_again_but_not_by_the_first_order()
    {
        var id = await LoseAsync();
        Twilio.FailNext(TwilioFaults.Reset);
        await SettleAsync(id, new { outcome = "resend", note = "n", attempt = 1 });
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count == 2);
        await WaitForAsync(id, "unknown");
        Assert.Equal("unknown", Text(await SettleAsync(id, new { outcome = "resend", note = "n", attempt = 1 }), "status"));
        var refusal = await SettleAsync(id, new { outcome = "sent", note = "n", attempt = 1 }, HttpStatusCode.Conflict);
        Assert.Equal("It is unknown, and its last send is another one than 1. Look at the message again.", Text(refusal, "detail"));
        Assert.Equal("failed", Text(await SettleAsync(id, new { outcome = "not-sent", note = "n", attempt = 2 }), "status"));
        Assert.Equal(2, Twilio.CallCount);
    }

    [Fact]
    public async Task One_that_is_not_unknown_is_left_alone()
    {
        var id = await NotificationsApp.SendAsync(Caller);
        await WaitForAsync(id, "sent");
        var refusal = await SettleAsync(id, new { outcome = "not-sent", note = "n" }, HttpStatusCode.Conflict);
        Assert.Equal("It is sent. Only one that is unknown can be.", Text(refusal, "detail"));
        Assert.Equal("sent", Text(await NotificationsApp.ReadAsync(Caller, id), "status"));
        await SettleAsync(Guid.NewGuid(), new { outcome = "not-sent", note = "n" }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_id_of_another_message_is_refused()
    {
        var other = await NotificationsApp.SendAsync(Caller, "another");
        var taken = Text(await WaitForAsync(other, "sent"), "providerId");
        var id = await LoseAsync();
        var refusal = await SettleAsync(id, new { outcome = "sent", providerId = taken, note = "n" }, HttpStatusCode.Conflict);
        Assert.Equal($"{taken} is the provider's id of another message, or of another send of this one.", Text(refusal, "detail"));
        Assert.Equal("unknown", Text(await NotificationsApp.ReadAsync(Caller, id), "status"));
    }

    [Fact]
    public async Task One_whose_time_is_over_is_not_sent_again()
    {
        var id = await LoseAsync();
        await ScalarAsync<object>("UPDATE notifications.messages SET expires_at = now()");
        var refusal = await SettleAsync(id, new { outcome = "resend", note = "n" }, HttpStatusCode.Conflict);
        Assert.Equal("Its time is over, so that it would not be sent. Settle it as not-sent, and send a new message.", Text(refusal, "detail"));
    }

    [Fact]
    public async Task A_wrong_order_names_every_field()
    {
        var id = await LoseAsync();
        var answer = await SettleAsync(
            id, new { outcome = "lost", providerId = "SM 1", note = " ", reason = "x" }, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            [
                "reason: There is no such field.",
                "outcome: The outcome must be sent, not-sent or resend.",
                "providerId: The provider's id must be 1 to 64 letters and digits, such as Twilio's SM...",
                "note: A note of 1 to 500 characters must say how that is known.",
            ],
            Errors(answer));
        answer = await SettleAsync(id, new { outcome = "resend", providerId = "SM1", note = "n" }, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["providerId: Only what was sent has a provider's id."], Errors(answer));
    }

    [Fact]
    public async Task It_takes_a_scope_that_senders_do_not_have()
    {
        await AddKeyTableAsync();
        var id = await LoseAsync();
        var sender = await Database.AddKeyAsync("notifications:send");
        var operators = await Database.AddKeyAsync("notifications:admin");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(id, sender.Text));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(id, operators.Text));
        var message = await NotificationsApp.ReadAsync(Caller, id);
        Assert.Equal(operators.Id, Text(message.GetProperty("events")[3], "by"));
    }

    [Fact]
    public async Task Of_many_orders_at_a_time_one_counts()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = await LoseAsync();
            // Else the job of the first send may stand in the way of the next one until the check, which is a minute away here
            await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM notifications.jobs"), jobs => jobs == 0);
            var calls = Twilio.CallCount;
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async number => await TryAsync(
                id, new { outcome = ((string[])["sent", "not-sent", "resend"])[number % 3], note = $"{number}" })));
            Assert.Equal(4, answers.Count(status => status == HttpStatusCode.OK));
            Assert.Equal(8, answers.Count(status => status == HttpStatusCode.Conflict));
            var message = await Eventually.ReadAsync(
                () => NotificationsApp.ReadAsync(Caller, id), read => Text(read, "status") is "sent" or "failed");
            Assert.Single(message.GetProperty("events").EnumerateArray(), state => state.TryGetProperty("settled", out _));
            Assert.Equal(calls + (Timeline(message).Contains("accepted") && Timeline(message).Length == 6 ? 1 : 0), Twilio.CallCount);
        }
    }

    /// <summary>A message whose answer was lost, so that nobody knows whether it was sent.</summary>
    private async Task<Guid> LoseAsync(string kind = "transaction")
    {
        Twilio.FailNext(TwilioFaults.Reset);
        var id = await NotificationsApp.SendAsync(Caller, kind: kind);
        await WaitForAsync(id, "unknown");
        return id;
    }

    private async Task<JsonElement> SettleAsync(Guid id, object body, HttpStatusCode expected = HttpStatusCode.OK) =>
        await PostAsync($"/notifications/messages/{id}/settle", body, expected);

    private async Task<HttpStatusCode> TryAsync(Guid id, object body)
    {
        using var response = await Caller.PostAsJsonAsync($"/notifications/messages/{id}/settle", body, Token);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> StatusAsync(Guid id, string key)
    {
        using var client = App.CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        using var response = await client.PostAsJsonAsync(
            $"/notifications/messages/{id}/settle", new { outcome = "sent", note = "n" }, Token);
        return response.StatusCode;
    }

    private static IEnumerable<string> Errors(JsonElement answer) =>
        answer.GetProperty("errors").EnumerateObject().Select(error => $"{error.Name}: {error.Value[0]}");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).ToString();
}
