using System.Globalization;
using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sending;

/// <summary>What was held up until its recipient's quiet hours: they are asked for again when it is to be sent.</summary>
public sealed class QuietSendTests(DataStores stores) : NotificationsTest(stores)
{
    private static readonly TimeZoneInfo Lagos = TimeZoneInfo.FindSystemTimeZoneById("Africa/Lagos");

    [Theory]
    [InlineData("bulk", false)]
    [InlineData("bulk", true)]
    [InlineData("template", false)]
    [InlineData("template", true)]
    public async Task What_may_wait_waits_for_their_end(string what, bool isJobLost)
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromHours(1)));
        var id = what == "bulk" ? await NotificationsApp.SendAsync(Caller, kind: "bulk") : await SendLowBalanceAsync();
        await HoldUpAsync(isJobLost);

        await using (var quiet = StartInQuietHours())
        using (var caller = quiet.CreateCaller())
        {
            var message = await Eventually.ReadAsync(
                () => NotificationsApp.ReadAsync(caller, id), read => $"{read.GetProperty("error")}".StartsWith("It is quiet", StringComparison.Ordinal));
            Assert.Equal("accepted", message.GetProperty("status").GetString());
            // Others do not wait
            await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller), "sent");
            await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, kind: "code"), "sent");
            foreach (var time in (string[])["(SELECT max(due_at) FROM notifications.jobs)", "not_before", "check_at"])
            {
                await Eventually.ReadAsync(
                    () => ScalarAsync<TimeSpan?>($"SELECT {time} - now() FROM notifications.messages WHERE id = '{id}'"),
                    left => left > TimeSpan.FromMinutes(57) && left < TimeSpan.FromMinutes(63));
            }
        }

        Assert.Equal(3, Twilio.CallCount);
        await ScalarAsync<object>("UPDATE notifications.messages SET not_before = now(); UPDATE notifications.jobs SET due_at = now()");
        await using var day = NotificationsApp.Create(Database, Twilio.BaseUrl);
        using var later = day.CreateCaller();
        await NotificationsApp.WaitForAsync(later, id, "sent");
    }

    [Fact]
    public async Task What_is_over_before_their_end_is_not_kept_until_then()
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromHours(1)));
        var id = await NotificationsApp.SendAsync(Caller, kind: "bulk");
        await HoldUpAsync(isJobLost: false);
        await ScalarAsync<object>("UPDATE notifications.messages SET expires_at = now() + interval '20 minutes'");

        await using var quiet = StartInQuietHours();
        using var caller = quiet.CreateCaller();
        await Eventually.ReadAsync(
            () => ScalarAsync<TimeSpan?>("SELECT max(due_at) - now() FROM notifications.jobs WHERE state = 'ready'"),
            left => left > TimeSpan.FromMinutes(18) && left < TimeSpan.FromMinutes(21));
        await ScalarAsync<object>(
            "UPDATE notifications.messages SET not_before = now(), expires_at = now(); UPDATE notifications.jobs SET due_at = now()");

        await NotificationsApp.WaitForAsync(caller, id, "expired");
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task They_do_not_count_where_a_message_has_no_validity_of_its_own()
    {
        await using var evening = Start(hoursUntil: 1, hours: 2);
        using var caller = evening.CreateCaller();
        Assert.InRange((await LastsAsync(caller, "bulk", null)).TotalHours, 11.9, 12.1);
        Assert.InRange((await LastsAsync(caller, "bulk", 36_000)).TotalHours, 9.9, 10.1);
        Assert.InRange((await LastsAsync(caller, "transaction", null)).TotalHours, 9.9, 10.1);
    }

    private static async Task<TimeSpan> LastsAsync(HttpClient caller, string kind, int? validity)
    {
        using var response = await caller.PostAsJsonAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello", kind, validity }, Token);
        var answer = await JsonAsync(response, HttpStatusCode.Accepted);
        return answer.GetProperty("expiresAt").GetDateTimeOffset() - answer.GetProperty("createdAt").GetDateTimeOffset();
    }

    private async Task<Guid> SendLowBalanceAsync() => (await PostAsync(
        "/notifications/transactions",
        new
        {
            to = NotificationsApp.Number,
            type = "low-balance",
            data = new { balance = new { amount = "10", currency = "NGN" }, threshold = new { amount = "100", currency = "NGN" } },
        },
        HttpStatusCode.Accepted)).GetProperty("id").GetGuid();

    /// <summary>Stops the service once Twilio has put the message off; its time comes when the next one starts.</summary>
    private async Task HoldUpAsync(bool isJobLost)
    {
        await Eventually.ReadAsync(
            () => ScalarAsync<long>("SELECT count(*) FROM notifications.messages WHERE status = 'accepted' AND error_code = 20429"), count => count == 1);
        await App.DisposeAsync();
        await ScalarAsync<object>("UPDATE notifications.messages SET not_before = now(), check_at = now()");
        await ScalarAsync<object>(isJobLost ? "DELETE FROM notifications.jobs" : "UPDATE notifications.jobs SET due_at = now()");
    }

    private NotificationsApp StartInQuietHours() => Start(hoursUntil: -1, hours: 2);

    private NotificationsApp Start(int hoursUntil, int hours)
    {
        var from = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), Lagos).AddHours(hoursUntil);
        return NotificationsApp.Create(
            Database,
            Twilio.BaseUrl,
            null,
            ("QuietHours:Enabled", "true"),
            ("QuietHours:From", from.ToString("HH:mm", CultureInfo.InvariantCulture)),
            ("QuietHours:To", from.AddHours(hours).ToString("HH:mm", CultureInfo.InvariantCulture)));
    }
}
