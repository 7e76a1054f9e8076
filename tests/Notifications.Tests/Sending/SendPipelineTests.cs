using System.Text.Json;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sending;

public sealed class SendPipelineTests(DataStores stores, TwilioServer server) : NotificationsTest(stores)
{
    [Fact]
    public async Task A_message_is_sent_as_Twilios_document_wants_it()
    {
        await using var app = NotificationsApp.Create(Database, server.BaseUrl);
        using var caller = app.CreateCaller();
        await App.DisposeAsync();
        var message = await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
        Assert.Matches("^SM[0-9a-f]{32}$", message.GetProperty("providerId").GetString());
        Assert.Equal(["accepted", "sending", "sent"], Timeline(message));
    }

    [Fact]
    public async Task What_Twilio_refuses_fails_with_its_code()
    {
        var id = await NotificationsApp.SendAsync(Caller, to: "+15005550003");
        var message = await WaitForAsync(id, "failed");
        Assert.Equal(21408, message.GetProperty("errorCode").GetInt32());
        Assert.Equal(["accepted", "sending", "failed"], Timeline(message));
    }

    [Fact]
    public async Task Too_many_requests_are_repeated_after_the_delay_that_Twilio_asked_for()
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(2)));
        var message = await WaitForAsync(await NotificationsApp.SendAsync(Caller), "sent");
        Assert.Equal(["accepted", "sending", "accepted", "sending", "sent"], Timeline(message));
        Assert.Equal(20429, message.GetProperty("events")[2].GetProperty("errorCode").GetInt32());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("errorCode").ValueKind);
        Assert.Equal(2, Twilio.Calls.Count);
        Assert.InRange(Twilio.Calls[1].At - Twilio.Calls[0].At, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Logs_show_neither_number_nor_text_nor_token()
    {
        Twilio.FailNext(TwilioFaults.Error(21610, $"The recipient {NotificationsApp.Number} has opted out."));
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, "the code is 493021"), "suppressed");
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, "the code is 493021", "+2348031234569"), "sent");
        await Eventually.ReadAsync(
            () => Task.FromResult(App.Logs), lines => lines.Any(line => line.Contains("+2348*****69 was sent", StringComparison.Ordinal)));
        Assert.Contains(App.Logs, line => line.Contains("Sending HTTP request POST", StringComparison.Ordinal));
        Assert.DoesNotContain(App.Logs, line =>
            line.Contains(NotificationsApp.Number[1..], StringComparison.Ordinal)
            || line.Contains("493021", StringComparison.Ordinal)
            || line.Contains(NotificationsApp.AuthToken, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sender_keeps_its_pace_and_a_code_goes_before_the_rest()
    {
        await App.DisposeAsync();
        // An ordinary number of the USA: a segment a second
        await using var app = NotificationsApp.Create(
            Database, Twilio.BaseUrl, null, ("Twilio:MessagingServiceSid", ""), ("Twilio:FromNumber", "+15005550006"));
        using var caller = app.CreateCaller();
        for (var number = 0; number < 5; number++)
        {
            await NotificationsApp.SendAsync(caller, $"bulk {number}", kind: "bulk");
        }

        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count >= 2);
        await NotificationsApp.SendAsync(caller, "code", kind: "code");
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count == 6);
        var calls = Twilio.Calls.OrderBy(call => call.At).ToList();
        // A second's burst, then one a second
        Assert.True(calls[^1].At - calls[0].At >= TimeSpan.FromSeconds(3.9), $"{calls[^1].At - calls[0].At}");
        Assert.InRange(calls.FindIndex(call => call.Body == "code"), 2, 3);
    }

    [Fact]
    public async Task What_Twilio_said_is_kept_through_an_outage_of_the_database()
    {
        Twilio.Latency = TimeSpan.FromSeconds(2);
        var id = await NotificationsApp.SendAsync(Caller);
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count == 1);
        await Database.AllowConnectionsAsync(false);
        await Eventually.ReadAsync(
            () => Task.FromResult(App.Logs),
            lines => lines.Any(line => line.Contains($"The outcome of message {id} is not committed yet", StringComparison.Ordinal)));
        await Database.AllowConnectionsAsync(true);
        var message = await WaitForAsync(id, "sent");
        Assert.Equal(["accepted", "sending", "sent"], Timeline(message));
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task A_service_that_stops_leaves_nothing_of_unknown_fate()
    {
        Twilio.Latency = TimeSpan.FromMilliseconds(500);
        for (var number = 0; number < 20; number++)
        {
            await NotificationsApp.SendAsync(Caller, $"message {number}");
        }

        await Eventually.ReadAsync(() => Task.FromResult(Twilio.CallCount), count => count >= 1);
        await App.DisposeAsync();
        Assert.Equal(0, await Database.CountAsync("unknown"));
        Assert.Equal(0, await Database.CountAsync("sending"));
        Assert.Equal(Twilio.CallCount, await Database.CountAsync("sent"));
    }

    [Fact]
    public async Task Two_services_on_one_table_send_every_message_once()
    {
        const int Count = 200;
        await App.DisposeAsync();
        await using (var intake = NotificationsApp.CreateUnconfigured(Database))
        {
            await intake.Services.GetRequiredService<MessageIntake>().AddAsync(
                [.. Enumerable.Range(0, Count).Select(number => NewMessage($"message {number}"))], Token);
        }

        // What the one without a provider has put off
        await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now()");
        await using var first = NotificationsApp.Create(
            Database, Twilio.BaseUrl, null, ("Twilio:MessagingServiceSid", NotificationsApp.ServiceSid), ("Queues:sms:Prefetch", "0"));
        await using var second = NotificationsApp.Create(
            Database, Twilio.BaseUrl, null, ("Twilio:MessagingServiceSid", "MG" + new string('b', 32)), ("Queues:sms:Prefetch", "0"));
        await Task.WhenAll(Task.Run(first.CreateCaller), Task.Run(second.CreateCaller));
        await Eventually.ReadAsync(() => Database.CountAsync("sent"), count => count == Count);

        Assert.Equal(Count, Twilio.Calls.Count);
        Assert.Equal(Count, Twilio.Calls.Select(call => call.Body).Distinct().Count());
    }

    private static NewMessage NewMessage(string body) => new()
    {
        Id = Guid.CreateVersion7(),
        To = PhoneNumberFacts.TryParse(NotificationsApp.Number, out var number, out _) ? number : throw new InvalidOperationException(),
        Body = body,
        Kind = MessageKind.Transaction,
        Segments = 1,
    };
}
