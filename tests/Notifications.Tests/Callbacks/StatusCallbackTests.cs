using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Callbacks;

public sealed class StatusCallbackTests(DataStores stores) : CallbackTest(stores)
{
    [Fact]
    public async Task A_delivery_that_Twilio_reports_is_known()
    {
        Twilio.Script = TwilioStep.Delivery;
        var id = await NotificationsApp.SendAsync(Caller);
        await NotificationsApp.WaitForAsync(Caller, id, "delivered");
        await Eventually.ReadAsync(() => Task.FromResult(Twilio.Callbacks.Results.Count), count => count == 2);
        Assert.All(Twilio.Callbacks.Results, result => Assert.Equal(HttpStatusCode.NoContent, result.Answer));
    }

    [Fact]
    public async Task Repeated_reordered_and_late_reports_change_nothing()
    {
        var (id, message) = await SendAsync();
        await Twilio.Callbacks.ReportAsync(message, "delivered");
        var before = await NotificationsApp.ReadAsync(Caller, id);
        foreach (var status in (string[])["delivered", "sent", "queued", "sending", "undelivered", "failed", "delivered"])
        {
            Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(message, status, errorCode: status == "failed" ? 30008 : null));
        }

        Assert.Equal("delivered", before.GetProperty("status").GetString());
        Assert.Equal(before.ToString(), (await NotificationsApp.ReadAsync(Caller, id)).ToString());
    }

    [Fact]
    public async Task A_failure_is_kept_with_what_to_do()
    {
        var (id, message) = await SendAsync();
        await Twilio.Callbacks.ReportAsync(message, "undelivered", 30034);
        var read = await NotificationsApp.ReadAsync(Caller, id);
        Assert.Equal(("undelivered", 30034), (read.GetProperty("status").GetString(), read.GetProperty("errorCode").GetInt32()));
        Assert.Contains("Register brand and campaign", read.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(21610, "suppressions", "suppressed")]
    [InlineData(21211, "refused_numbers", "undelivered")]
    public async Task What_a_report_teaches_of_the_number_is_not_forgotten_if_it_could_not_be_kept_at_once(int code, string table, string status)
    {
        var (id, message) = await SendAsync();
        // As if the process died between the two
        await ExecuteAsync(
            $"""
            CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = '57P01'; END $$;
            CREATE TRIGGER die BEFORE INSERT ON notifications.{table} FOR EACH ROW EXECUTE FUNCTION public.die();
            """);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Twilio.Callbacks.ReportAsync(message, "undelivered", code));
        Assert.Equal("sent", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        await ExecuteAsync($"DROP TRIGGER die ON notifications.{table}");
        Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(message, "undelivered", code));
        Assert.Equal(status, (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        using var refused = await Caller.PostAsJsonAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, Token);
        Assert.True(refused.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_report_tells_of_a_message_whose_answer_was_lost()
    {
        Twilio.Script = [new("sent") { CallbackDelay = TimeSpan.FromMilliseconds(300) }, new("delivered") { CallbackDelay = TimeSpan.FromMilliseconds(400) }];
        Twilio.FailNext(TwilioFaults.AcceptThenReset);
        var id = await NotificationsApp.SendAsync(Caller);
        var read = await NotificationsApp.WaitForAsync(Caller, id, "delivered");
        Assert.Equal(Assert.Single(Twilio.Messages).Sid, read.GetProperty("providerId").GetString());
    }

    [Fact]
    public async Task Parameters_that_nobody_knows_are_signed_too_and_do_no_harm()
    {
        var (id, message) = await SendAsync();
        Assert.Equal(
            HttpStatusCode.NoContent,
            await Twilio.Callbacks.ReportAsync(message, "delivered", extra: [("RawDlrDoneDate", "2612011200"), ("body", ""), ("Neu", "ü & =")]));
        Assert.Equal("delivered", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_forged_report_is_refused_and_counted_and_changes_nothing()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        var (id, message) = await SendAsync();
        var before = await NotificationsApp.ReadAsync(Caller, id);
        Assert.Equal(HttpStatusCode.Forbidden, await Twilio.Callbacks.ReportAsync(message, "delivered", forged: true));
        // One message's report for another message
        var request = TwilioCallbacks.Request(new(message.StatusCallback!), NotificationsApp.AuthToken, Fields(message.Sid));
        request.RequestUri = new($"{StatusUrl}?message={Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(request));
        // No signature at all
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(new(HttpMethod.Post, message.StatusCallback)
        {
            Content = new FormUrlEncodedContent(Fields(message.Sid).Select(field => KeyValuePair.Create(field.Name, field.Value))),
        }));
        Assert.Equal(before.ToString(), (await NotificationsApp.ReadAsync(Caller, id)).ToString());
        Assert.Equal(3, counts["callbacks{kind=status,outcome=forged}"]);
    }

    [Fact]
    public async Task Each_account_speaks_for_itself_only()
    {
        Assert.Equal(
            HttpStatusCode.NoContent,
            await PostAsync(TwilioCallbacks.Request(StatusUrl, FallbackToken, Fields("SM1", FallbackSid))));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await PostAsync(TwilioCallbacks.Request(StatusUrl, FallbackToken, Fields("SM1"))));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await PostAsync(TwilioCallbacks.Request(StatusUrl, NotificationsApp.AuthToken, Fields("SM1", FallbackSid))));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await PostAsync(TwilioCallbacks.Request(StatusUrl, NotificationsApp.AuthToken, Fields("SM1", "AC" + new string('0', 32)))));
    }

    [Fact]
    public async Task While_a_token_is_replaced_callbacks_are_signed_with_the_one_or_the_other_and_messages_sent_with_the_first()
    {
        var (id, message) = await SendAsync();
        Assert.Equal(NotificationsApp.AuthToken, message.Token);
        Assert.Equal(
            HttpStatusCode.NoContent, await PostAsync(TwilioCallbacks.Request(new(message.StatusCallback!), SecondToken, Fields(message.Sid))));
        Assert.Equal("delivered", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
        using var brought = await Twilio.Callbacks.BringAsync(
            InboundUrl, NotificationsApp.AccountSid, SecondToken, NotificationsApp.Number, Sender, "Hello");
        Assert.Equal(HttpStatusCode.OK, brought.StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent, await PostAsync(TwilioCallbacks.Request(StatusUrl, FallbackSecondToken, Fields("SM1", FallbackSid))));
        // Each is its own account's
        Assert.Equal(
            HttpStatusCode.Forbidden, await PostAsync(TwilioCallbacks.Request(StatusUrl, SecondToken, Fields("SM1", FallbackSid))));
        Assert.DoesNotContain(App.Logs, line => line.Contains(SecondToken, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_report_of_no_message_of_ours_is_taken_so_that_it_does_not_come_again()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(TwilioCallbacks.Request(StatusUrl, NotificationsApp.AuthToken, Fields("SM1"))));
        Assert.Equal(
            HttpStatusCode.NoContent,
            await PostAsync(TwilioCallbacks.Request(
                new($"{StatusUrl}?message=none"), NotificationsApp.AuthToken, [("AccountSid", NotificationsApp.AccountSid)])));
        Assert.Equal((1, 1), (counts["callbacks{kind=status,outcome=not_ours}"], counts["callbacks{kind=status,outcome=incomplete}"]));
    }

    [Fact]
    public async Task What_Twilio_does_not_send_is_refused_before_it_is_read()
    {
        using var large = new StringContent("Body=" + new string('a', 70_000), Encoding.UTF8, "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(new(HttpMethod.Post, StatusUrl) { Content = large }));
        using var many = new StringContent(string.Concat(Enumerable.Repeat("a=b&", 2_000)), Encoding.UTF8, "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(new(HttpMethod.Post, StatusUrl) { Content = many }));
        Assert.Equal(
            HttpStatusCode.UnsupportedMediaType, await PostAsync(new(HttpMethod.Post, StatusUrl) { Content = JsonContent.Create(new { a = 1 }) }));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(new(HttpMethod.Post, StatusUrl)));
    }

    [Fact]
    public async Task While_the_database_is_away_the_answer_says_so()
    {
        var (id, message) = await SendAsync();
        await Database.AllowConnectionsAsync(false);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Twilio.Callbacks.ReportAsync(message, "delivered"));
        await Database.AllowConnectionsAsync(true);
        Assert.Equal(HttpStatusCode.NoContent, await Twilio.Callbacks.ReportAsync(message, "delivered"));
        Assert.Equal("delivered", (await NotificationsApp.ReadAsync(Caller, id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Nothing_that_is_secret_is_logged()
    {
        var (_, message) = await SendAsync();
        await Twilio.Callbacks.ReportAsync(message, "delivered");
        await Twilio.Callbacks.ReportAsync(message, "delivered", forged: true);
        Assert.DoesNotContain(App.Logs, line => line.Contains(NotificationsApp.Number, StringComparison.Ordinal));
        Assert.DoesNotContain(App.Logs, line => line.Contains(NotificationsApp.AuthToken, StringComparison.Ordinal));
        Assert.DoesNotContain(App.Logs, line => line.Contains(FallbackToken, StringComparison.Ordinal));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static (string Name, string Value)[] Fields(string sid, string account = NotificationsApp.AccountSid) =>
        [("MessageSid", sid), ("MessageStatus", "delivered"), ("AccountSid", account)];
}
