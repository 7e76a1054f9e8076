using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Callbacks;

public sealed class InboundCallbackTests(DataStores stores) : CallbackTest(stores)
{
    private const string Nothing = """<?xml version="1.0" encoding="UTF-8"?><Response />""";
    private const string ServiceSid = "MG0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task STOP_suppresses_the_number_and_START_lifts_that()
    {
        Assert.Equal(Nothing, await BringAsync("stop "));
        Assert.Equal([Sender], await SuppressedAsync());
        using var refused = await Caller.PostAsJsonAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, Token);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        Assert.Equal(Nothing, await BringAsync("START"));
        Assert.Empty(await SuppressedAsync());
        await NotificationsApp.SendAsync(Caller);
    }

    [Fact]
    public async Task An_opt_out_of_a_messaging_service_holds_for_all_of_it()
    {
        await BringAsync("STOP", ("MessagingServiceSid", ServiceSid));
        Assert.Equal([Sender, ServiceSid], await SuppressedAsync());
        await BringAsync("UNSTOP", ("MessagingServiceSid", ServiceSid));
        Assert.Empty(await SuppressedAsync());
    }

    [Fact]
    public async Task Twilios_word_for_a_keyword_counts_and_is_answered_by_Twilio()
    {
        Assert.Equal(Nothing, await BringAsync("ARRET", ("OptOutType", "STOP")));
        Assert.Equal([Sender], await SuppressedAsync());
        Assert.Equal(Nothing, await BringAsync("AIDE", ("OptOutType", "HELP")));
    }

    [Fact]
    public async Task HELP_is_answered_with_the_text_that_is_set() => Assert.Equal(
        """<?xml version="1.0" encoding="UTF-8"?><Response><Message>Example Ltd &lt;support&gt;: call +15005550006 &amp; more</Message></Response>""",
        await BringAsync("Help"));

    [Fact]
    public async Task Another_text_is_counted_and_kept_nowhere()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        Assert.Equal(Nothing, await BringAsync("My secret: 1234"));
        Assert.Empty(await SuppressedAsync());
        Assert.Equal(1, counts["inbound{keyword=none}"]);
        Assert.DoesNotContain(App.Logs, line => line.Contains("1234 ", StringComparison.Ordinal) || line.Contains("My secret", StringComparison.Ordinal));
        Assert.DoesNotContain(App.Logs, line => line.Contains(NotificationsApp.Number, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_is_brought_again_changes_nothing()
    {
        var sid = ("MessageSid", "SM" + new string('1', 32));
        await BringAsync("START", sid);
        await BringAsync("STOP");
        await BringAsync("START", sid);
        Assert.Equal([Sender], await SuppressedAsync());
    }

    [Fact]
    public async Task A_message_that_is_brought_to_all_replicas_at_once_counts_once()
    {
        using var counts = new MeterCounts(App.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.");
        var sid = ("MessageSid", "SM" + new string('1', 32));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => BringAsync("STOP", sid)));
        Assert.Equal(1, counts["inbound{keyword=stop}"]);
        Assert.Equal((1, 19), (counts["callbacks{kind=inbound,outcome=received}"], counts["callbacks{kind=inbound,outcome=nothing}"]));
    }

    [Fact]
    public async Task A_forged_message_is_refused_and_changes_nothing()
    {
        using var response = await Twilio.Callbacks.BringAsync(
            InboundUrl, NotificationsApp.AccountSid, "another token", NotificationsApp.Number, Sender, "STOP");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        // What Twilio signed for the other address
        using var elsewhere = TwilioCallbacks.Request(
            StatusUrl, NotificationsApp.AuthToken, [("AccountSid", NotificationsApp.AccountSid), ("From", NotificationsApp.Number), ("Body", "STOP")]);
        elsewhere.RequestUri = InboundUrl;
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(elsewhere));
        Assert.Empty(await SuppressedAsync());
    }

    [Fact]
    public async Task START_does_not_lift_what_an_operator_decided()
    {
        using var added = await Caller.PostAsJsonAsync(
            "/notifications/suppressions", new { number = NotificationsApp.Number, sender = Sender, reason = "court order" }, Token);
        Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        await BringAsync("START");
        Assert.Equal([Sender], await SuppressedAsync());
    }

    private async Task<string> BringAsync(string text, params (string, string)[] extra)
    {
        using var response = await Twilio.Callbacks.BringAsync(
            InboundUrl, NotificationsApp.AccountSid, NotificationsApp.AuthToken, NotificationsApp.Number, Sender, text, extra);
        Assert.Equal((HttpStatusCode.OK, "text/xml"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return await response.Content.ReadAsStringAsync(Token);
    }

    private async Task<List<string?>> SuppressedAsync()
    {
        var page = await Caller.GetFromJsonAsync<JsonElement>(
            $"/notifications/suppressions?number={Uri.EscapeDataString(NotificationsApp.Number)}", Token);
        return
        [
            .. page.GetProperty("suppressions").EnumerateArray()
                .Where(suppression => suppression.GetProperty("liftedAt").ValueKind == JsonValueKind.Null)
                .Select(suppression => suppression.GetProperty("sender").GetString()),
        ];
    }
}
