using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Breakers;

/// <summary>What happens when an account or a sender is refused.</summary>
public sealed class BreakerTests(DataStores stores) : NotificationsTest(stores)
{
    private const string FallbackSid = "MG" + "cccccccccccccccccccccccccccccccc";

    [Fact]
    public async Task Wrong_credentials_stop_all_sends_and_nothing_is_lost()
    {
        Twilio.FailNext(TwilioFaults.Error(20003));
        var first = await NotificationsApp.SendAsync(Caller, "first");
        var message = await Eventually.ReadAsync(
            () => NotificationsApp.ReadAsync(Caller, first), read => read.GetProperty("errorCode").ValueKind == JsonValueKind.Number);
        Assert.Equal("accepted", message.GetProperty("status").GetString());

        await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM notifications.breakers"), count => count == 1);
        var second = await NotificationsApp.SendAsync(Caller, "second");
        message = await Eventually.ReadAsync(
            () => NotificationsApp.ReadAsync(Caller, second), read => read.GetProperty("error").ValueKind == JsonValueKind.String);
        Assert.Contains("TWILIO_AUTH_TOKEN", message.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, Twilio.CallCount);
        Assert.Contains(App.Logs, line => line.StartsWith("Critical Nothing is sent by twilio:", StringComparison.Ordinal));
        Assert.Equal("Degraded", await HealthAsync());

        // Its time is over: one message tries, and as that goes well, the others follow
        await ScalarAsync<object>(
            "UPDATE notifications.breakers SET closed_until = now(); UPDATE notifications.jobs SET due_at = now() WHERE state = 'ready'");
        await Eventually.ReadAsync(
            async () =>
            {
                await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now() WHERE state = 'ready'");
                return await Database.CountAsync("sent");
            },
            count => count == 2);
        Assert.Equal(["first", "second"], Twilio.Messages.Select(sent => sent.Body).Order());
        await Eventually.ReadAsync(HealthAsync, status => status == "Healthy");
        Assert.Contains(App.Logs, line => line.EndsWith("sends again ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_credentials_forget_what_the_old_ones_were_refused_for()
    {
        Twilio.FailNext(TwilioFaults.Error(20003));
        var id = await NotificationsApp.SendAsync(Caller);
        await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM notifications.breakers"), count => count == 1);
        await App.DisposeAsync();
        await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now()");
        await using var app = NotificationsApp.Create(Database, Twilio.BaseUrl, null, ("Twilio:AuthToken", "another-token"));
        using var caller = app.CreateCaller();
        await NotificationsApp.WaitForAsync(caller, id, "sent");
    }

    [Fact]
    public async Task A_daily_cap_opens_the_breaker_until_midnight_and_is_not_taken_for_load()
    {
        Twilio.FailNext(TwilioFaults.DailyCap);
        await NotificationsApp.SendAsync(Caller);
        var left = await Eventually.ReadAsync(
            () => ScalarAsync<TimeSpan?>("SELECT max(closed_until) - now() FROM notifications.breakers"), value => value is not null);
        var midnight = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(1) - TimeProvider.System.GetUtcNow().UtcDateTime;
        Assert.InRange(left!.Value, midnight - TimeSpan.FromMinutes(1), midnight + TimeSpan.FromMinutes(1));
        Assert.Equal(1, Twilio.CallCount);
    }

    [Theory]
    [InlineData(63038)]
    [InlineData(20003)]
    public async Task Another_account_takes_over_where_one_is_configured(int code)
    {
        await App.DisposeAsync();
        await using var app = NotificationsApp.Create(
            Database,
            Twilio.BaseUrl,
            null,
            ("Twilio:Fallback:AccountSid", "AC" + new string('0', 32)),
            ("Twilio:Fallback:AuthToken", "another-token"),
            ("Twilio:Fallback:MessagingServiceSid", FallbackSid),
            ("Twilio:Fallback:BaseUrl", Twilio.BaseUrl.ToString()));
        using var caller = app.CreateCaller();
        Twilio.FailNext(TwilioFaults.Error(code));
        var message = await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
        Assert.Equal("twilio-fallback", message.GetProperty("provider").GetString());
        Assert.Equal(FallbackSid, Assert.Single(Twilio.Messages).MessagingServiceSid);
        Assert.Equal(["accepted", "sending", "accepted", "sending", "sent"], Timeline(message));
        // The next one does not ask the first account at all
        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
        Assert.Equal(3, Twilio.CallCount);
    }

    [Theory]
    [InlineData(21606, true)]
    [InlineData(21612, false)]
    public async Task Another_sender_takes_over(int code, bool isRemembered)
    {
        await App.DisposeAsync();
        await using var app = NotificationsApp.Create(Database, Twilio.BaseUrl, null, ("Twilio:Senders:0:From", "+15005550006"));
        using var caller = app.CreateCaller();
        Twilio.FailNext(TwilioFaults.Error(code));
        var message = await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
        Assert.Equal("+15005550006", message.GetProperty("sender").GetString());
        Assert.Equal(isRemembered ? 1 : 0, await ScalarAsync<long>("SELECT count(*) FROM notifications.breakers"));
    }

    [Fact]
    public async Task Without_another_sender_a_message_waits_until_its_sender_is_set_right()
    {
        Twilio.FailNext(TwilioFaults.Error(21606));
        var id = await NotificationsApp.SendAsync(Caller);
        var message = await Eventually.ReadAsync(
            () => NotificationsApp.ReadAsync(Caller, id), read => read.GetProperty("errorCode").ValueKind == JsonValueKind.Number);
        Assert.Equal(21606, message.GetProperty("errorCode").GetInt32());
        Assert.Equal("accepted", message.GetProperty("status").GetString());
        // What came of the message is committed first, then what follows for its sender
        await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM notifications.breakers"), count => count == 1);
        await ScalarAsync<object>("UPDATE notifications.breakers SET closed_until = now()");
        await Eventually.ReadAsync(
            async () =>
            {
                await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now() WHERE state = 'ready'");
                return await Database.CountAsync("sent");
            },
            count => count == 1);
    }

    private async Task<string?> HealthAsync()
    {
        using var response = await Caller.GetAsync("/health/ready", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Token) is { } text && text.StartsWith('{')
            ? JsonDocument.Parse(text).RootElement.GetProperty("status").GetString()
            : "?";
    }
}
