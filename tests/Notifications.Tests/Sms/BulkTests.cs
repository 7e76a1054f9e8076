using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class BulkTests(DataStores stores) : NotificationsTest(stores)
{
    private const string Path = "/notifications/sms/bulk";

    [Fact]
    public async Task Each_message_has_its_own_outcome()
    {
        await ScalarAsync<object>(
            "INSERT INTO notifications.suppressions (number, sender, reason, created_at) VALUES ('+2348031234568', '*', 'stop', now())");
        var answer = await PostAsync(
            Path,
            new
            {
                messages = new object?[]
                {
                    new { to = NotificationsApp.Number, body = "Hello" },
                    new { to = "+23480", body = "" },
                    new { to = "+2348031234568", body = "Hello" },
                    null,
                    new { body = "Hello" },
                },
            },
            HttpStatusCode.OK);
        var outcomes = answer.GetProperty("messages");
        Assert.Equal(
            ["accepted", "invalid", "suppressed", "invalid", "invalid"],
            outcomes.EnumerateArray().Select(outcome => outcome.GetProperty("outcome").GetString()));
        Assert.Equal(["body", "to"], outcomes[1].GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
        Assert.Equal("A phone number is required.", outcomes[4].GetProperty("errors").GetProperty("to")[0].GetString());
        await WaitForAsync(outcomes[0].GetProperty("id").GetGuid(), "sent");
        Assert.Single(Twilio.Calls);
    }

    [Fact]
    public async Task The_same_request_again_sends_what_is_missing_and_nothing_twice()
    {
        object Body(string second) => new
        {
            messages = new[] { new { to = NotificationsApp.Number, body = "first" }, new { to = second, body = "second" } },
        };
        var first = await PostAsync(Path, Body("+23480"), HttpStatusCode.OK, "bulk-1");
        var again = await PostAsync(Path, Body("+2348031234568"), HttpStatusCode.OK, "bulk-1");
        Assert.Equal(["accepted", "invalid"], Outcomes(first));
        Assert.Equal(["replayed", "accepted"], Outcomes(again));
        Assert.Equal(first.GetProperty("messages")[0].GetProperty("id").GetGuid(), again.GetProperty("messages")[0].GetProperty("id").GetGuid());
        var other = await PostAsync(
            Path, new { messages = new[] { new { to = NotificationsApp.Number, body = "other" } } }, HttpStatusCode.OK, "bulk-1");
        Assert.Equal(["conflict"], Outcomes(other));
        await Eventually.ReadAsync(() => Database.CountAsync("sent"), count => count == 2);
        Assert.Equal(["first", "second"], Twilio.Messages.Select(message => message.Body).Order());
    }

    [Fact]
    public async Task A_thousand_are_taken_and_one_more_is_not()
    {
        object Body(int count) => new
        {
            messages = Enumerable.Range(0, count).Select(number => new { to = NotificationsApp.Number, body = $"message {number}" }),
        };
        Assert.Equal(1000, Outcomes(await PostAsync(Path, Body(1000), HttpStatusCode.OK)).Count(outcome => outcome == "accepted"));
        var problem = await PostAsync(Path, Body(1001), HttpStatusCode.UnprocessableEntity);
        Assert.Equal("There must be 1 to 1000 messages.", problem.GetProperty("errors").GetProperty("messages")[0].GetString());
        await PostAsync(Path, Body(0), HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Unknown_fields_are_refused()
    {
        var problem = await PostAsync(
            Path, new { messages = new[] { new { to = NotificationsApp.Number, body = "x" } }, from = "me" }, HttpStatusCode.UnprocessableEntity);
        Assert.Equal("There is no such field.", problem.GetProperty("errors").GetProperty("from")[0].GetString());
    }

    private static string?[] Outcomes(JsonElement answer) =>
        [.. answer.GetProperty("messages").EnumerateArray().Select(outcome => outcome.GetProperty("outcome").GetString())];
}
