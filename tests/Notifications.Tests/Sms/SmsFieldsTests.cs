using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

/// <summary>What a request can ask for besides number and text.</summary>
public sealed class SmsFieldsTests(DataStores stores)
    : NotificationsTest(stores, ("Sms:Prices:NG", "0.05"), ("Sending:Countries", "NG,US"))
{
    [Fact]
    public async Task A_dry_run_tells_encoding_segments_and_cost_and_sends_nothing()
    {
        var estimate = await PostAsync(
            "/notifications/sms?dryRun=true", new { to = NotificationsApp.Number, body = new string('ą', 71) }, HttpStatusCode.OK);
        Assert.Equal("UCS-2", estimate.GetProperty("encoding").GetString());
        Assert.Equal(2, estimate.GetProperty("segments").GetInt32());
        Assert.Equal(0.10m, estimate.GetProperty("estimatedCost").GetDecimal());
        Assert.Equal("USD", estimate.GetProperty("currency").GetString());
        Assert.Equal("NG", estimate.GetProperty("country").GetString());
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notifications.messages"));
    }

    [Fact]
    public async Task A_message_for_later_is_scheduled_and_sent_when_its_time_comes()
    {
        var at = TimeProvider.System.GetUtcNow().AddSeconds(2);
        var accepted = await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello", sendAt = $"{at:yyyy-MM-ddTHH:mm:ss.fff}Z" }, HttpStatusCode.Accepted);
        Assert.Equal("scheduled", accepted.GetProperty("status").GetString());
        var message = await WaitForAsync(accepted.GetProperty("id").GetGuid(), "sent");
        Assert.Equal(["scheduled", "sending", "sent"], Timeline(message));
        Assert.True(Twilio.Calls[0].At >= at.AddMilliseconds(-1), $"{Twilio.Calls[0].At:O} is before {at:O}");
    }

    [Fact]
    public async Task What_waits_longer_than_its_validity_is_dropped()
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(3)));
        var accepted = await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello", validity = 2 }, HttpStatusCode.Accepted);
        var message = await WaitForAsync(accepted.GetProperty("id").GetGuid(), "expired");
        Assert.Equal(["accepted", "sending", "accepted", "expired"], Timeline(message));
        Assert.StartsWith(
            "Its time was over before it could be sent. The last try: ", message.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task The_validity_that_is_left_goes_to_the_provider()
    {
        var accepted = await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello", validity = 600 }, HttpStatusCode.Accepted);
        await WaitForAsync(accepted.GetProperty("id").GetGuid(), "sent");
        Assert.InRange(int.Parse(Twilio.Messages[0].ValidityPeriod!, System.Globalization.CultureInfo.InvariantCulture), 590, 600);
    }

    [Fact]
    public async Task A_template_makes_the_text()
    {
        var accepted = await PostAsync(
            "/notifications/sms",
            new
            {
                to = NotificationsApp.Number,
                template = "low-balance",
                locale = "en",
                data = new { balance = new { amount = 12.5, currency = "NGN" }, threshold = new { amount = 20, currency = "NGN" } },
            },
            HttpStatusCode.Accepted);
        Assert.Equal("low-balance@1", accepted.GetProperty("template").GetString());
        await WaitForAsync(accepted.GetProperty("id").GetGuid(), "sent");
        Assert.Contains("12.50", Twilio.Messages[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_and_template_together_are_refused_and_so_is_an_unknown_template()
    {
        var problem = await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "x", template = "no-such" }, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["body", "template"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
    }

    [Theory]
    [InlineData("+233242123456", "Messages to GH are not allowed (Sending:Countries).")]
    [InlineData("+442071838750", "The number is a fixed line, which takes no messages.")]
    public async Task A_number_that_takes_no_messages_is_refused(string to, string reason)
    {
        var problem = await PostAsync("/notifications/sms", new { to, body = "Hello" }, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(reason, problem.GetProperty("errors").GetProperty("to")[0].GetString());
    }

    [Fact]
    public async Task A_country_that_no_sender_serves_is_refused()
    {
        await using var app = NotificationsApp.Create(
            Database,
            Twilio.BaseUrl,
            null,
            ("Twilio:Senders:0:MessagingServiceSid", NotificationsApp.ServiceSid),
            ("Twilio:Senders:0:Countries:0", "US"));
        using var caller = app.CreateCaller();
        using var response = await caller.PostAsJsonAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, Token);
        var problem = await JsonAsync(response, HttpStatusCode.UnprocessableEntity);
        Assert.Equal("No sender is configured for NG.", problem.GetProperty("errors").GetProperty("to")[0].GetString());
    }

    [Fact]
    public async Task A_code_is_stored_sealed_and_erased_at_its_end()
    {
        Twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(1)));
        var accepted = await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Your code is 493021", kind = "code" }, HttpStatusCode.Accepted);
        var id = accepted.GetProperty("id").GetGuid();
        Assert.DoesNotContain("493021", accepted.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("493021", await ScalarAsync<string>("SELECT string_agg(m::text, '') FROM notifications.messages m"), StringComparison.Ordinal);
        await WaitForAsync(id, "sent");
        Assert.Equal("Your code is 493021", Twilio.Messages[0].Body);
    }

    [Fact]
    public async Task A_number_that_wants_none_answers_409()
    {
        await ScalarAsync<object>(
            $"INSERT INTO notifications.suppressions (number, sender, reason, created_at) VALUES ('{NotificationsApp.Number}', '{NotificationsApp.ServiceSid}', 'stop', now())");
        var problem = await PostAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, HttpStatusCode.Conflict);
        Assert.Equal("The number wants no messages", problem.GetProperty("title").GetString());
        await ScalarAsync<object>("UPDATE notifications.suppressions SET lifted_at = now()");
        await PostAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_number_that_opted_out_before_its_message_was_sent_gets_none()
    {
        var accepted = await PostAsync(
            "/notifications/sms",
            new { to = NotificationsApp.Number, body = "Hello", sendAt = $"{TimeProvider.System.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ss}Z" },
            HttpStatusCode.Accepted);
        await ScalarAsync<object>(
            $"""
            INSERT INTO notifications.suppressions (number, sender, reason, created_at) VALUES ('{NotificationsApp.Number}', '*', 'stop', now());
            UPDATE notifications.messages SET send_at = now();
            UPDATE notifications.jobs SET due_at = now();
            """);
        var message = await WaitForAsync(accepted.GetProperty("id").GetGuid(), "suppressed");
        Assert.Equal(["scheduled", "suppressed"], Timeline(message));
        Assert.Empty(Twilio.Calls);
    }

    [Fact]
    public async Task A_number_that_Twilio_refuses_for_good_is_remembered()
    {
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, to: "+15005550009"), "failed");
        var problem = await PostAsync("/notifications/sms", new { to = "+15005550009", body = "Hello" }, HttpStatusCode.UnprocessableEntity);
        Assert.NotEmpty(problem.GetProperty("errors").GetProperty("to")[0].GetString()!);
        Assert.Equal(1, Twilio.CallCount);
    }

    [Fact]
    public async Task An_opt_out_that_Twilio_tells_of_is_kept()
    {
        await WaitForAsync(await NotificationsApp.SendAsync(Caller, to: "+15005550004"), "suppressed");
        await PostAsync("/notifications/sms", new { to = "+15005550004", body = "Hello" }, HttpStatusCode.Conflict);
        Assert.Equal(1, Twilio.CallCount);
    }
}
