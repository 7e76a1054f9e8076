using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Settling;

/// <summary>Operators, while messages of unknown fate are looked for at Twilio.</summary>
public sealed class SettlementRaceTests(DataStores stores) : NotificationsTest(stores)
{
    private const int Messages = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_is_first_counts_and_nothing_is_sent_three_times(bool wasTaken)
    {
        Twilio.FailNext([.. Enumerable.Repeat(wasTaken ? TwilioFaults.AcceptThenReset : TwilioFaults.Reset, Messages)]);
        var ids = await Task.WhenAll(Enumerable.Range(0, Messages).Select(number => NotificationsApp.SendAsync(Caller, $"message {number}")));
        // Each again and again until it is over, so that some come just when it is found, and some before
        var orders = await Task.WhenAll(ids.Select(async (id, place) =>
        {
            await WaitForAsync(id, "unknown");
            await Eventually.ReadAsync(
                () => ScalarAsync<bool>($"SELECT status <> 'unknown' OR now() - updated_at > interval '{700 + (20 * place)} ms' FROM notifications.messages WHERE id = '{id}'"),
                late => late);
            using var response = await Caller.PostAsJsonAsync(
                $"/notifications/messages/{id}/settle", new { outcome = "resend", note = "n" }, Token);
            return response.StatusCode;
        }));
        Assert.All(orders, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Conflict));
        foreach (var (id, order) in ids.Zip(orders))
        {
            var message = await WaitForAsync(id, "sent");
            var body = Twilio.Calls.Count(call => call.Body == $"message {Array.IndexOf(ids, id)}");
            var sends = Timeline(message).Count(state => state == "sending");
            Assert.Equal(sends, body);
            Assert.InRange(sends, 1, 2);
            Assert.Equal(
                order == HttpStatusCode.OK, message.GetProperty("events").EnumerateArray().Any(state => state.TryGetProperty("settled", out _)));
        }
    }

    [Fact]
    public async Task A_report_that_comes_while_it_waits_to_be_sent_again_ends_that()
    {
        await App.DisposeAsync();
        await using var app = NotificationsApp.Create(
            Database, Twilio.BaseUrl, null, ("Sending:CheckInterval", "00:01:00"), ("Sending:ProofAfter", "00:01:00"), ("Callbacks:PublicUrl", "https://api.example.com"));
        using var caller = app.CreateCaller();
        Twilio.FailNext(TwilioFaults.AcceptThenReset);
        var id = await NotificationsApp.SendAsync(caller);
        await NotificationsApp.WaitForAsync(caller, id, "unknown");
        using var settled = await caller.PostAsJsonAsync($"/notifications/messages/{id}/settle", new { outcome = "resend", note = "n" }, Token);
        Assert.Equal(HttpStatusCode.OK, settled.StatusCode);
        Twilio.Callbacks.Client = app.CreateClient(new() { BaseAddress = new("https://api.example.com") });
        Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(Assert.Single(Twilio.Messages), "delivered"));
        JsonElement message = await NotificationsApp.ReadAsync(caller, id);
        Assert.Equal("delivered", message.GetProperty("status").GetString());
        Assert.Equal(["accepted", "sending", "unknown", "accepted", "delivered"], Timeline(message));
        Assert.Equal(1, Twilio.CallCount);
    }
}
