using System.Diagnostics.Metrics;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Checks;

/// <summary>What becomes of a message whose answer was lost.</summary>
public sealed class UnknownFateTests(DataStores stores) : NotificationsTest(stores, ("Twilio:Timeout", "00:00:01"))
{
    public static TheoryData<string> LostBefore => ["ServerError", "Reset", "Hang"];

    public static TheoryData<string> LostAfter => ["AcceptThen500", "AcceptThenReset", "AcceptThenHang"];

    [Theory]
    [MemberData(nameof(LostAfter))]
    public async Task One_that_was_sent_is_found_and_not_sent_again(string fault)
    {
        Twilio.FailNext(Fault(fault));
        var message = await WaitForAsync(await NotificationsApp.SendAsync(Caller), "sent");
        Assert.Equal(["accepted", "sending", "unknown", "sent"], Timeline(message));
        Assert.Equal(Assert.Single(Twilio.Messages).Sid, message.GetProperty("providerId").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("error").ValueKind);
    }

    [Theory]
    [MemberData(nameof(LostBefore))]
    public async Task One_that_was_proved_not_sent_is_sent_again(string fault)
    {
        Twilio.FailNext(Fault(fault));
        var message = await WaitForAsync(await NotificationsApp.SendAsync(Caller), "sent");
        Assert.Equal(["accepted", "sending", "unknown", "accepted", "sending", "sent"], Timeline(message));
        Assert.Equal(2, Twilio.CallCount);
        Assert.Single(Twilio.Messages);
        Assert.Equal(
            "The provider's list proves that it was not sent: it is sent again.",
            message.GetProperty("events")[3].GetProperty("detail").GetString());
        // Not before the list is complete
        Assert.True(Twilio.Calls[1].At - Twilio.Calls[0].At >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Of_two_that_look_the_same_each_has_its_own_fate()
    {
        // One was sent, one was not, and nobody knows which is which: two messages must arrive
        Twilio.FailNext(TwilioFaults.AcceptThenReset, TwilioFaults.Reset);
        var ids = await Task.WhenAll(NotificationsApp.SendAsync(Caller), NotificationsApp.SendAsync(Caller));
        var messages = await Task.WhenAll(ids.Select(id => WaitForAsync(id, "sent")));
        Assert.Equal(2, Twilio.Messages.Count);
        Assert.Equal(
            Twilio.Messages.Select(message => message.Sid).Order(), messages.Select(message => message.GetProperty("providerId").GetString()).Order());
    }

    [Fact]
    public async Task Another_text_to_the_same_number_is_not_taken_for_it()
    {
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, "first"), "sent");
        Twilio.FailNext(TwilioFaults.Reset);
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, "second"), "sent");
        Assert.Equal(["first", "second"], Twilio.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task What_must_never_be_sent_again_fails()
    {
        await using var app = NotificationsApp.Create(Database, Twilio.BaseUrl, null, ("Sending:WhenUnknown:transaction", "Never"));
        using var caller = app.CreateCaller();
        await App.DisposeAsync();
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        Twilio.FailNext(TwilioFaults.Reset);
        var message = await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "failed");
        await Eventually.ReadAsync(
            () => Task.FromResult(counts[$"ended{{status=failed,code=0,country=NG,sender={NotificationsApp.ServiceSid}}}"]), count => count == 1);
        Assert.Equal(
            "The provider's list proves that it was not sent; by Sending:WhenUnknown it is not sent again.", message.GetProperty("error").GetString());
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task One_whose_time_is_over_expires()
    {
        Twilio.FailNext(TwilioFaults.Reset);
        var answer = await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello", validity = 1 }, System.Net.HttpStatusCode.Accepted);
        var message = await WaitForAsync(answer.GetProperty("id").GetGuid(), "expired");
        Assert.Equal("The provider's list proves that it was not sent, and its time is over.", message.GetProperty("error").GetString());
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task Another_accounts_list_proves_nothing()
    {
        Twilio.FailNext(TwilioFaults.AcceptThenReset);
        var id = await NotificationsApp.SendAsync(Caller);
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count == 1);
        await App.DisposeAsync();
        await ScalarAsync<object>("UPDATE notifications.messages SET status = 'unknown', provider_id = NULL, check_at = now()");
        await using var app = NotificationsApp.Create(Database, Twilio.BaseUrl, null, ("Twilio:AccountSid", "AC" + new string('0', 32)));
        using var caller = app.CreateCaller();
        await Eventually.ReadAsync(
            () => Task.FromResult(app.Logs),
            lines => lines.Any(line => line.Contains("the account that it went by is not configured any more", StringComparison.Ordinal)));
        Assert.Equal("unknown", (await NotificationsApp.ReadAsync(caller, id)).GetProperty("status").GetString());
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task What_must_rather_arrive_twice_than_not_at_all_is_sent_again_where_nobody_can_be_asked()
    {
        Twilio.FailNext(TwilioFaults.AcceptThenReset);
        var id = await NotificationsApp.SendAsync(Caller);
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count == 1);
        await App.DisposeAsync();
        await ScalarAsync<object>("UPDATE notifications.messages SET status = 'unknown', provider_id = NULL, check_at = now()");
        await using var app = NotificationsApp.Create(
            Database, Twilio.BaseUrl, null, ("Twilio:AccountSid", "AC" + new string('0', 32)), ("Sending:WhenUnknown:transaction", "Resend"));
        using var caller = app.CreateCaller();
        await NotificationsApp.WaitForAsync(caller, id, "sent");
        Assert.Equal(2, Twilio.CallCount);
    }

    [Fact]
    public async Task A_message_that_nobody_here_knows_is_no_proof()
    {
        // Maybe the provider has changed the text
        using var provider = new HttpClient { BaseAddress = Twilio.BaseUrl };
        provider.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(
            System.Text.Encoding.UTF8.GetBytes($"{NotificationsApp.AccountSid}:{NotificationsApp.AuthToken}")));
        using var content = new FormUrlEncodedContent(
            [new("To", NotificationsApp.Number), new("MessagingServiceSid", NotificationsApp.ServiceSid), new("Body", "Hello?")]);
        using var taken = await provider.PostAsync(
            new Uri($"2010-04-01/Accounts/{NotificationsApp.AccountSid}/Messages.json", UriKind.Relative), content, Token);
        Assert.True(taken.IsSuccessStatusCode);

        Twilio.FailNext(TwilioFaults.Reset);
        var id = await NotificationsApp.SendAsync(Caller);
        await Eventually.ReadAsync(
            () => Task.FromResult(App.Logs),
            lines => lines.Count(line => line.Contains("with another text, which nobody here has sent", StringComparison.Ordinal)) >= 2);
        Assert.Equal("unknown", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        Assert.Equal(2, Twilio.CallCount);
    }

    [Fact]
    public async Task While_one_that_looks_the_same_is_on_its_way_nobody_takes_its_id()
    {
        await ScalarAsync<object>(
            $"""
            INSERT INTO notifications.messages (
                id, recipient, country, kind, body, segments, status, attempts, attempt_at, expires_at, timeline, created_at, updated_at)
            VALUES (gen_random_uuid(), '{NotificationsApp.Number}', 'NG', 'transaction', 'Hello', 1, 'sending', 1, now(), now(), '[]', now(), now())
            """);
        Twilio.FailNext(TwilioFaults.AcceptThenReset);
        var id = await NotificationsApp.SendAsync(Caller);
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.ListCount), count => count >= 4);
        Assert.Equal("unknown", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        await ScalarAsync<object>("UPDATE notifications.messages SET status = 'failed' WHERE status = 'sending'");
        await WaitForAsync(id, "sent");
        Assert.Equal(1, Twilio.CallCount);
    }

    private static TwilioFault Fault(string name) => (TwilioFault)typeof(TwilioFaults).GetProperty(name)!.GetValue(null)!;
}
