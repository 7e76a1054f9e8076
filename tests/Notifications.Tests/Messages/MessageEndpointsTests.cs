using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Messages;

public sealed class MessageEndpointsTests(DataStores stores) : NotificationsTest(stores)
{
    private static readonly string Tomorrow = string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow().AddDays(1):yyyy-MM-ddTHH:mm:ss}Z");

    [Fact]
    public async Task Pages_show_every_message_once_the_newest_first()
    {
        var ids = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            ids.Add(await NotificationsApp.SendAsync(Caller, $"message {number}"));
        }

        var seen = new List<Guid>();
        var cursor = "";
        do
        {
            var page = await GetAsync($"/notifications/messages?limit=2{cursor}");
            Assert.InRange(page.GetProperty("messages").GetArrayLength(), 1, 2);
            seen.AddRange(page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetGuid()));
            cursor = page.GetProperty("next").GetString() is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);

        ids.Reverse();
        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task Messages_are_found_by_number_state_kind_country_code_and_time()
    {
        var sent = await NotificationsApp.SendAsync(Caller);
        var bad = await NotificationsApp.SendAsync(Caller, to: "+15005550003");
        var bulk = (await PostAsync(
            "/notifications/sms", new { to = "+233242123456", body = "x", kind = "bulk", sendAt = Tomorrow }, HttpStatusCode.Accepted)).GetProperty("id").GetGuid();
        var message = await WaitForAsync(sent, "sent");
        await WaitForAsync(bad, "failed");

        await FindAsync("to=%2B234+803+123+4567", sent);
        await FindAsync("status=failed", bad);
        await FindAsync("kind=bulk", bulk);
        await FindAsync("country=gh", bulk);
        await FindAsync("errorCode=21408", bad);
        await FindAsync("status=scheduled&country=GH", bulk);
        await FindAsync($"providerId={message.GetProperty("providerId").GetString()}", sent);
        await FindAsync($"from={Tomorrow}");
        await FindAsync($"until={Tomorrow}", bulk, bad, sent);
        await FindAsync($"from={Uri.EscapeDataString(message.GetProperty("createdAt").GetString()!)}&status=failed", bad);
        await FindAsync("status=delivered");
    }

    [Fact]
    public async Task A_wrong_search_names_every_parameter()
    {
        var problem = await GetAsync(
            "/notifications/messages?to=5&status=lost&kind=other&country=XX&from=yesterday&until=2026-01-01&cursor=x&limit=0",
            HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            ["country", "cursor", "from", "kind", "limit", "status", "to", "until"],
            problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
    }

    [Fact]
    public async Task A_message_that_waits_can_be_taken_back_and_is_never_sent()
    {
        var id = (await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello", sendAt = Tomorrow }, HttpStatusCode.Accepted)).GetProperty("id").GetGuid();
        var canceled = await PostAsync($"/notifications/messages/{id}/cancel", new { }, HttpStatusCode.OK);
        Assert.Equal("canceled", canceled.GetProperty("status").GetString());
        Assert.Equal(["scheduled", "canceled"], Timeline(canceled));
        await PostAsync($"/notifications/messages/{id}/cancel", new { }, HttpStatusCode.OK);

        // Its time comes all the same
        await ScalarAsync<object>("UPDATE notifications.jobs SET due_at = now()");
        await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM notifications.jobs"), count => count == 0);
        Assert.Empty(Twilio.Calls);
    }

    [Fact]
    public async Task A_message_that_was_sent_cannot_be_taken_back()
    {
        var id = await NotificationsApp.SendAsync(Caller);
        await WaitForAsync(id, "sent");
        var problem = await PostAsync($"/notifications/messages/{id}/cancel", new { }, HttpStatusCode.Conflict);
        Assert.Equal("It is sent. Only one that is accepted or scheduled can be.", problem.GetProperty("detail").GetString());
        await PostAsync($"/notifications/messages/{Guid.CreateVersion7()}/cancel", new { }, HttpStatusCode.NotFound);
    }

    private async Task FindAsync(string query, params Guid[] expected)
    {
        var page = await GetAsync($"/notifications/messages?{query}");
        Assert.Equal(expected, page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetGuid()));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
    }
}
