using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sending;

/// <summary>What refusals mean for a message that was tried before.</summary>
public sealed class RefusalTests(DataStores stores) : NotificationsTest(stores)
{
    private const string Other = "+15005550006";

    [Fact]
    public async Task An_outage_of_Twilio_does_not_end_what_was_tried_often_for_other_reasons()
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromHours(1)), TwilioFaults.Error(20503));
        var id = await NotificationsApp.SendAsync(Caller);
        await WaitForCodeAsync(id, 20429);
        await PutOffAsync();
        await ScalarAsync<object>(
            "UPDATE notifications.messages SET attempts = 9, not_before = now(); UPDATE notifications.jobs SET due_at = now()");

        Assert.Equal("accepted", (await WaitForCodeAsync(id, 20503)).GetProperty("status").GetString());

        await PutOffAsync();
        await ScalarAsync<object>("UPDATE notifications.messages SET not_before = now(); UPDATE notifications.jobs SET due_at = now()");
        await WaitForAsync(id, "sent");
    }

    [Fact]
    public async Task A_sender_without_a_way_to_the_number_is_not_asked_again_while_another_ones_rate_is_full()
    {
        await App.DisposeAsync();
        await using var app = NotificationsApp.Create(Database, Twilio.BaseUrl, null, ("Twilio:Senders:0:From", Other));
        using var caller = app.CreateCaller();
        await ScalarAsync<object>($"INSERT INTO notifications.send_rates (name, ready_at) VALUES ('twilio:{Other}', now() + interval '1 hour')");
        Twilio.FailNext(TwilioFaults.Error(21612));
        var id = await NotificationsApp.SendAsync(caller);
        for (var run = 0; run < 3; run++)
        {
            // Each run finds no place in the other one's rate
            await Eventually.ReadAsync(
                () => ScalarAsync<long>("SELECT count(*) FROM notifications.jobs WHERE state = 'ready' AND due_at > now() + interval '5 seconds'"),
                count => count == 1);
            Assert.Equal(1, Twilio.CallCount);
            await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now()");
        }

        Twilio.FailNext(TwilioFaults.Error(21612));
        await ScalarAsync<object>("UPDATE notifications.send_rates SET ready_at = now(), line1 = now(); UPDATE notifications.jobs SET due_at = now()");

        var message = await NotificationsApp.WaitForAsync(caller, id, "failed");
        Assert.Equal((21612, Other), (message.GetProperty("errorCode").GetInt32(), message.GetProperty("sender").GetString()));
        Assert.Equal([NotificationsApp.ServiceSid, Other], Twilio.Calls.Select(call => call.Sender));
    }

    /// <summary>The one that is out of use for a time may have a way.</summary>
    [Fact]
    public async Task A_number_that_one_sender_cannot_reach_waits_for_the_one_that_is_out_of_use()
    {
        await App.DisposeAsync();
        await using var app = NotificationsApp.Create(Database, Twilio.BaseUrl, null, ("Twilio:Senders:0:From", Other));
        using var caller = app.CreateCaller();
        Twilio.FailNext(TwilioFaults.Error(21606), TwilioFaults.Error(21612));

        var id = await NotificationsApp.SendAsync(caller);

        await Eventually.ReadAsync(
            () => ScalarAsync<string>("SELECT array_to_string(not_routable, ' ') || ' ' || status FROM notifications.messages"),
            stored => stored == $"twilio:{Other} accepted");
        await ScalarAsync<object>(
            "UPDATE notifications.breakers SET closed_until = now(); UPDATE notifications.messages SET not_before = now()");
        await Eventually.ReadAsync(
            async () =>
            {
                await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now() WHERE state = 'ready'");
                return (await NotificationsApp.ReadAsync(caller, id)).GetProperty("status").GetString();
            },
            status => status is "sent" or "failed");
        Assert.Equal(
            [NotificationsApp.ServiceSid, Other, NotificationsApp.ServiceSid], Twilio.Calls.Select(call => call.Sender));
    }

    [Fact]
    public async Task A_code_whose_key_is_gone_fails_with_a_sentence()
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromHours(1)));
        var id = await NotificationsApp.SendAsync(Caller, "Your code is 493021", kind: "code");
        await WaitForCodeAsync(id, 20429);
        await App.DisposeAsync();
        await ScalarAsync<object>("UPDATE notifications.messages SET not_before = now(); UPDATE notifications.jobs SET due_at = now()");
        await using var app = NotificationsApp.Create(
            Database, Twilio.BaseUrl, null, ("Verifications:Keys", $"k2:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}"));
        using var caller = app.CreateCaller();

        var message = await NotificationsApp.WaitForAsync(caller, id, "failed");

        Assert.Equal("Its text is sealed with a key that is not among VERIFICATION_KEYS any more.", message.GetProperty("error").GetString());
        Assert.Equal(1, Twilio.CallCount);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(sealed_body) FROM notifications.messages"));
    }

    /// <summary>The answer is there before its job is put off.</summary>
    private Task<TimeSpan?> PutOffAsync() => Eventually.ReadAsync(
        () => ScalarAsync<TimeSpan?>("SELECT due_at - now() FROM notifications.jobs WHERE state = 'ready'"), left => left > TimeSpan.FromMinutes(1));

    private Task<JsonElement> WaitForCodeAsync(Guid id, int code) => Eventually.ReadAsync(
        () => NotificationsApp.ReadAsync(Caller, id), message => $"{message.GetProperty("errorCode")}" == $"{code}");
}
