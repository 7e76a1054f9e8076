using System.Diagnostics.Metrics;
using ProdReady.Notifications.Messages;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Statuses;

/// <summary>Deliveries whose report does not come, and those that carriers could not make.</summary>
public sealed class DeliveryTests(DataStores stores)
    : NotificationsTest(stores, ("Sending:FirstCheck", "00:00:01"), ("Sms:Prices:NG", "0.05"))
{
    private static readonly IReadOnlyList<TwilioStep> Unreachable =
        [new("sent") { Callbacks = 0 }, new("undelivered", 30003) { Callbacks = 0 }];

    [Fact]
    public async Task A_delivery_whose_report_does_not_come_is_asked_for()
    {
        Twilio.Script = [new("sent") { Callbacks = 0 }, new("delivered") { Callbacks = 0, Price = "-0.04500" }];
        var message = await WaitForAsync(await NotificationsApp.SendAsync(Caller), "delivered");
        Assert.Equal(["accepted", "sending", "sent", "delivered"], Timeline(message));
        Assert.Equal(0.045m, message.GetProperty("price").GetDecimal());
        Assert.Equal("USD", message.GetProperty("currency").GetString());
    }

    [Fact]
    public async Task A_phone_that_was_off_gets_its_message_later_and_once()
    {
        Twilio.Script = Unreachable;
        var id = await NotificationsApp.SendAsync(Caller);
        var waits = await WaitForEventAsync(id, 5);
        Assert.Equal(["accepted", "sending", "sent", "undelivered", "accepted"], Timeline(waits));
        Assert.Equal("accepted", waits.GetProperty("status").GetString());
        Assert.Equal(30003, waits.GetProperty("errorCode").GetInt32());
        Assert.InRange(
            await ScalarAsync<TimeSpan>("SELECT not_before - now() FROM notifications.messages"), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));

        // Its time comes, and the phone is on
        Twilio.Script = [new("delivered") { Callbacks = 0 }];
        await ScalarAsync<object>("UPDATE notifications.messages SET not_before = now(); UPDATE notifications.jobs SET due_at = now()");
        var message = await WaitForAsync(id, "delivered");
        Assert.Equal(["accepted", "sending", "sent", "undelivered", "accepted", "sending", "sent", "delivered"], Timeline(message));
        Assert.Equal(2, message.GetProperty("attempts").GetInt32());
        Assert.Equal(2, Twilio.CallCount);
        Assert.Equal(Twilio.Messages[1].Sid, message.GetProperty("providerId").GetString());
    }

    [Fact]
    public async Task A_job_that_is_lost_is_made_again()
    {
        var at = TimeProvider.System.GetUtcNow().AddHours(1);
        var answer = await PostAsync(
            "/notifications/sms",
            new { to = NotificationsApp.Number, body = "Hello", sendAt = $"{at:yyyy-MM-ddTHH:mm:ss}Z" },
            System.Net.HttpStatusCode.Accepted);
        await ScalarAsync<object>("DELETE FROM notifications.jobs; UPDATE notifications.messages SET send_at = now(), check_at = now()");
        await WaitForAsync(answer.GetProperty("id").GetGuid(), "sent");
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task Deliveries_costs_and_errors_are_counted_by_country_sender_and_code()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        Twilio.Script = [new("delivered") { Callbacks = 0, Price = "-0.04500" }];
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, new string('x', 161)), "delivered");
        Twilio.ScriptFor("+2348031234568", new TwilioStep("undelivered", 30006) { Callbacks = 0 });
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, to: "+2348031234568"), "undelivered");
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, to: "+15005550003"), "failed");

        const string Sender = NotificationsApp.ServiceSid;
        // The last one is counted a moment after it can be read
        await Eventually.ReadAsync(
            () => Task.FromResult(counts[$"ended{{status=failed,code=21408,country=US,sender={Sender}}}"]), ended => ended > 0);
        Assert.Equal(3, counts["messages{outcome=accepted,kind=transaction}"]);
        Assert.Equal(2, counts[$"sent{{country=NG,sender={Sender}}}"]);
        Assert.Equal(3, counts[$"segments{{country=NG,sender={Sender}}}"]);
        Assert.Equal(0.15, counts[$"cost.estimated{{country=NG,sender={Sender}}}"], 6);
        Assert.Equal(0.045, counts[$"cost{{country=NG,sender={Sender},currency=USD}}"], 6);
        Assert.Equal(1, counts[$"ended{{status=delivered,code=0,country=NG,sender={Sender}}}"]);
        Assert.Equal(1, counts[$"ended{{status=undelivered,code=30006,country=NG,sender={Sender}}}"]);
        Assert.Equal(1, counts[$"ended{{status=failed,code=21408,country=US,sender={Sender}}}"]);
        Assert.Equal(1, counts[$"delivery.duration{{country=NG,sender={Sender}}}"]);
        Assert.Equal(3, counts["wait.duration{kind=transaction}"]);
    }

    [Fact]
    public void What_alerts_watch_is_there_from_the_start()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        ActivatorUtilities.CreateInstance<MessageMetrics>(App.Services);
        Assert.All(
            ["unknown{cause=no_answer}", "unknown{cause=sender_died}", "resolved{outcome=given_up}", "ended{status=failed}"],
            name => Assert.True(counts.Has(name), name));
    }

    private Task<System.Text.Json.JsonElement> WaitForEventAsync(Guid id, int count) => Eventually.ReadAsync(
        () => NotificationsApp.ReadAsync(Caller, id), message => message.GetProperty("events").GetArrayLength() == count);
}
