using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProdReady.Notifications.Messages;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sending;

public sealed class SendPipelineTests(DataStores stores, TwilioServer server) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private TestDatabase _database = null!;
    private TwilioFake _twilio = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _twilio = await TwilioFake.StartAsync(_time);
    }

    public async ValueTask DisposeAsync()
    {
        await _twilio.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_sent_as_Twilios_document_wants_it()
    {
        await using var app = NotificationsApp.Create(_database, server.BaseUrl);
        using var caller = app.CreateCaller();
        var message = await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
        Assert.Matches("^SM[0-9a-f]{32}$", message.GetProperty("providerSid").GetString());
        Assert.Equal(["accepted", "sending", "sent"], Timeline(message));
    }

    [Fact]
    public async Task A_message_is_sent_at_once_and_not_with_the_next_poll()
    {
        // The clock stands still: no poll ever comes. The first may be found by the look at the start; not so the others
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl, _time);
        using var caller = app.CreateCaller();
        for (var i = 0; i < 5; i++)
        {
            var message = await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
            Assert.Equal(_twilio.Calls[i].Sid, message.GetProperty("providerSid").GetString());
        }
    }

    [Fact]
    public async Task What_Twilio_refuses_fails_with_its_code()
    {
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl, _time);
        using var caller = app.CreateCaller();
        var id = await NotificationsApp.SendAsync(caller, to: "+15005550001");
        var message = await NotificationsApp.WaitForAsync(caller, id, "failed");
        Assert.Equal(21211, message.GetProperty("errorCode").GetInt32());
        Assert.Equal("The 'To' number +15005550001 is not a valid phone number.", message.GetProperty("error").GetString());
        Assert.Equal(["accepted", "sending", "failed"], Timeline(message));
    }

    [Theory]
    [InlineData("ServerError", "Twilio answered 500.")]
    [InlineData("Reset", "The connection broke before Twilio answered.")]
    [InlineData("Hang", "Twilio did not answer in time.")]
    public async Task What_may_have_been_sent_is_unknown_and_never_sent_again(string fault, string error)
    {
        _twilio.FailNext(fault switch
        {
            "ServerError" => TwilioFaults.ServerError,
            "Reset" => TwilioFaults.Reset,
            _ => TwilioFaults.Hang,
        });
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl, _time, ("Twilio:Timeout", "00:00:01"));
        using var caller = app.CreateCaller();
        var id = await NotificationsApp.SendAsync(caller, "first");
        await Eventually.ReadAsync(() => Task.FromResult(_twilio.Calls.Count), count => count == 1);
        if (fault == "Hang")
        {
            // The call's timeout; the lease is longer
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        var message = await NotificationsApp.WaitForAsync(caller, id, "unknown");
        Assert.Equal(["accepted", "sending", "unknown"], Timeline(message));
        Assert.Equal(error, message.GetProperty("error").GetString());

        // A day and another message later, the first one was still sent once
        _time.Advance(TimeSpan.FromDays(1));
        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, "second"), "sent");
        Assert.Equal(["first", "second"], _twilio.Calls.Select(call => call.Body));
    }

    [Fact]
    public async Task Too_many_requests_are_repeated_after_the_delay_that_Twilio_asked_for()
    {
        _twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(30)));
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl, _time);
        using var caller = app.CreateCaller();
        var id = await NotificationsApp.SendAsync(caller);
        await Eventually.ReadAsync(() => NotificationsApp.ReadAsync(caller, id), message => Timeline(message).Length == 3);
        var message = await Eventually.ReadAsync(
            async () =>
            {
                var now = await NotificationsApp.ReadAsync(caller, id);
                if (now.GetProperty("status").GetString() == "accepted")
                {
                    // Not while sending: the call's own timeout is by this clock, too
                    _time.Advance(TimeSpan.FromSeconds(1));
                }

                return now;
            },
            message => message.GetProperty("status").GetString() == "sent");

        Assert.Equal(["accepted", "sending", "accepted", "sending", "sent"], Timeline(message));
        Assert.Equal(20429, message.GetProperty("events")[2].GetProperty("errorCode").GetInt32());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("errorCode").ValueKind);
        Assert.Equal(2, _twilio.Calls.Count);
        Assert.InRange(_twilio.Calls[1].At - _twilio.Calls[0].At, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Logs_show_neither_number_nor_text_nor_token()
    {
        _twilio.FailNext(TwilioFaults.Error(21211, $"The 'To' number {NotificationsApp.Number} is not a valid phone number."));
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl, _time);
        using var caller = app.CreateCaller();
        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, "the code is 493021"), "failed");
        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, "the code is 493021"), "sent");
        await Eventually.ReadAsync(
            () => Task.FromResult(app.Logs), lines => lines.Any(line => line.Contains("+2348*****67 was sent", StringComparison.Ordinal)));
        Assert.Contains(app.Logs, line => line.Contains("Sending HTTP request POST", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs, line =>
            line.Contains(NotificationsApp.Number[1..], StringComparison.Ordinal)
            || line.Contains("493021", StringComparison.Ordinal)
            || line.Contains(NotificationsApp.AuthToken, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_services_on_one_table_send_every_message_once()
    {
        const int Count = 200;
        await using (var intake = NotificationsApp.CreateUnconfigured(_database))
        {
            var store = intake.Services.GetRequiredService<MessageStore>();
            for (var i = 0; i < Count; i++)
            {
                await store.AddAsync(
                    new(Guid.NewGuid(), NotificationsApp.Number, $"message {i}", null, [], "c", null), TestContext.Current.CancellationToken);
            }
        }

        await using var first = NotificationsApp.Create(_database, _twilio.BaseUrl, null, ("Twilio:FromNumber", "+15005550006"));
        await using var second = NotificationsApp.Create(_database, _twilio.BaseUrl, null, ("Twilio:FromNumber", "+15005550010"));
        await Task.WhenAll(Task.Run(first.CreateCaller), Task.Run(second.CreateCaller));
        await Eventually.ReadAsync(() => _database.CountAsync("sent"), count => count == Count);

        Assert.Equal(Count, _twilio.Calls.Count);
        Assert.Equal(Count, _twilio.Calls.Select(call => call.Body).Distinct().Count());
        Assert.Equal(2, _twilio.Calls.Select(call => call.Sender).Distinct().Count());
    }

    private static string?[] Timeline(JsonElement message) =>
        [.. message.GetProperty("events").EnumerateArray().Select(state => state.GetProperty("status").GetString())];
}
