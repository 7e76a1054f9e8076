using System.Net;
using Npgsql;
using ProdReady.Notifications.Checks;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Tests.Callbacks;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Statuses;

/// <summary>
/// Two messages of unknown fate that look the same, of which the provider took one: the other was looked for first, and was given its id.
/// </summary>
public sealed class MistakenMessageTests(DataStores stores) : CallbackTest(stores)
{
    [Theory]
    [InlineData("sent")]
    [InlineData("delivered")]
    public async Task One_that_was_taken_for_the_one_that_a_report_names_is_looked_for_again_and_sent(string status)
    {
        var (id, message) = await SendAsync();
        var other = await MistakeAsync(id, status);

        Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(message, "delivered"));

        Assert.Equal(id, await ScalarAsync<Guid>($"SELECT id FROM notifications.messages WHERE provider_id = '{message.Sid}'"));
        Assert.Equal("delivered", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        // Of its own, since it is proved not to have been sent
        var read = await NotificationsApp.WaitForAsync(Caller, other, "sent");
        Assert.Equal(
            ["unknown", "accepted", "sending", "sent"],
            read.GetProperty("events").EnumerateArray().Select(state => state.GetProperty("status").GetString()));
        Assert.Equal(Twilio.Messages.Single(sent => sent.Sid != message.Sid).Sid, read.GetProperty("providerId").GetString());
    }

    [Fact]
    public async Task A_code_whose_text_is_erased_is_neither_looked_for_nor_sent()
    {
        var (id, message) = await SendAsync();
        var other = await MistakeAsync(id, "delivered");
        await ScalarAsync<object>($"UPDATE notifications.messages SET kind = 'code', body = NULL WHERE id = '{other}'");

        Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(message, "delivered"));

        var read = await NotificationsApp.ReadAsync(Caller, other);
        Assert.Equal("failed", read.GetProperty("status").GetString());
        Assert.Equal(
            "The provider's id was taken for this one's by its text, and is another message's: what became of this one is not known.",
            read.GetProperty("error").GetString());
    }

    [Fact]
    public async Task What_was_asked_for_before_is_an_answer_about_the_right_one()
    {
        var (id, message) = await SendAsync();
        var other = await MistakeAsync(id, "sent");
        var asked = new CheckedMessage(
            other,
            "sent",
            NotificationsApp.Number,
            "NG",
            MessageKind.Transaction,
            1,
            "Hello",
            1,
            await ScalarAsync<string>($"SELECT provider FROM notifications.messages WHERE id = '{id}'"),
            await ScalarAsync<string>($"SELECT account FROM notifications.messages WHERE id = '{id}'"),
            Sender,
            message.Sid,
            1,
            new(null, null));
        Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(message, "sent"));
        Assert.Equal("sent", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        message.MoveTo(new("delivered"), TimeProvider.System.GetUtcNow());

        await App.Services.GetRequiredService<MessageChecker>().CheckAsync(asked, Token);

        Assert.Equal("delivered", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        Assert.NotEqual("delivered", (await NotificationsApp.ReadAsync(Caller, other)).GetProperty("status").GetString());
    }

    /// <summary>Makes a message's answer a lost one, and another message that looks the same the one that has its id.</summary>
    private async Task<Guid> MistakeAsync(Guid id, string status)
    {
        var other = Guid.CreateVersion7();
        await ScalarAsync<object>(
            $"""
            INSERT INTO notifications.messages (
                id, recipient, country, kind, body, segments, status, attempts, expires_at, attempt_at, provider, account, sender, provider_id,
                provider_status, timeline, created_at, updated_at)
            SELECT '{other}', recipient, country, kind, body, segments, '{status}', 1, expires_at, attempt_at, provider, account, sender, provider_id,
                '{status}', '[]', created_at, updated_at
            FROM notifications.messages WHERE id = '{id}'
            """);
        await ScalarAsync<object>(
            $"UPDATE notifications.messages SET status = 'unknown', provider_id = NULL, provider_status = NULL, check_at = NULL WHERE id = '{id}'");
        return other;
    }

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token) is T value ? value : default;
    }
}
