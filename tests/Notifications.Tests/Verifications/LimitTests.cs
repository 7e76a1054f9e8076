using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>The limits of sends. They hold for all replicas together: here are two.</summary>
public sealed class LimitTests(DataStores stores) : VerificationTest(stores)
{
    private const string Client = "203.0.113.7";

    /// <summary>A spend cap is the same in the answer as a blocked prefix.</summary>
    private const string Undisclosed = "unavailable";

    [Fact]
    public async Task Number_waits_for_the_cool_down_of_its_purpose()
    {
        var (_, caller) = Start();
        await BeginAsync(caller);
        await BeginAsync(caller, purpose: "transfer");
        await BeginAsync(caller, OtherNumber);

        Time.Advance(TimeSpan.FromSeconds(59.5));
        Assert.Equal(("cool_down", TimeSpan.FromSeconds(1)), await RefusedAsync(caller));

        Time.Advance(TimeSpan.FromSeconds(0.5));
        await BeginAsync(caller);
    }

    [Fact]
    public async Task Number_gets_ten_codes_in_any_24_hours_whatever_their_purposes()
    {
        var (_, caller) = Start();
        for (var sent = 0; sent < 10; sent++)
        {
            await BeginAsync(caller, purpose: $"purpose-{sent}");
            Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromHours(1));
        }

        Assert.Equal(("number_limit", TimeSpan.FromHours(14)), await RefusedAsync(caller));
        await BeginAsync(caller, OtherNumber);
        Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromHours(14));
        await BeginAsync(caller);
        Assert.Equal(("number_limit", TimeSpan.FromHours(1)), await RefusedAsync(caller, purpose: "another"));
    }

    [Fact]
    public async Task Client_gets_fifteen_codes_in_any_hour_for_whatever_numbers()
    {
        var (_, caller) = Start();
        for (var sent = 0; sent < 15; sent++)
        {
            await BeginAsync(caller, NumberAt(sent), clientIp: Client);
        }

        Assert.Equal(("client_limit", TimeSpan.FromHours(1)), await RefusedAsync(caller, NumberAt(15), clientIp: Client));
        Assert.Equal("client_limit", (await RefusedAsync(caller, NumberAt(15), clientIp: $"::ffff:{Client}")).Reason);
        await BeginAsync(caller, NumberAt(15), clientIp: "203.0.113.8");
        await BeginAsync(caller, NumberAt(16));
        Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromHours(1));
        await BeginAsync(caller, NumberAt(17), clientIp: Client);
    }

    [Fact]
    public async Task Client_of_IPv6_is_its_network()
    {
        var (_, caller) = Start(("Verifications:PerClientIpAndHour", "1"));
        await BeginAsync(caller, NumberAt(0), clientIp: "2001:db8:1:2:3:4:5:6");

        Assert.Equal("client_limit", (await RefusedAsync(caller, NumberAt(1), clientIp: "2001:db8:1:2::1")).Reason);
        await BeginAsync(caller, NumberAt(1), clientIp: "2001:db8:1:3::1");
    }

    [Fact]
    public async Task Starts_at_a_time_on_two_replicas_never_exceed_the_limits()
    {
        HttpClient[] callers = [Start().Caller, Start().Caller];

        var sameNumber = await Task.WhenAll(Enumerable.Range(0, 60).Select(number =>
            PostAsync(callers[number % 2], Root, new { to = Number, purpose = $"purpose-{number}" })));
        Assert.Equal(10, sameNumber.Count(sent => sent.Response.StatusCode == HttpStatusCode.Accepted));
        Assert.All(
            sameNumber.Where(sent => sent.Response.StatusCode != HttpStatusCode.Accepted),
            sent => Assert.Equal("number_limit", sent.Answer.GetProperty("reason").GetString()));

        var samePurpose = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            PostAsync(callers[number % 2], Root, new { to = OtherNumber, purpose = "login" })));
        Assert.Single(samePurpose, sent => sent.Response.StatusCode == HttpStatusCode.Accepted);

        var sameClient = await Task.WhenAll(Enumerable.Range(0, 60).Select(number =>
            PostAsync(callers[number % 2], Root, new { to = NumberAt(number), purpose = "login", clientIp = Client })));
        Assert.Equal(15, sameClient.Count(sent => sent.Response.StatusCode == HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task Days_money_is_not_exceeded_by_starts_at_a_time()
    {
        (string, string?)[] settings =
            [("Verifications:DailySpendCap", "1"), ("Sms:Prices:default", "0.3"), ("Sms:Prices:NG", "0.1"), ("Verifications:PerNumberAndDay", "100")];
        var (app, caller) = Start(settings);
        var (_, other) = Start(settings);
        using var counts = new MeterCounts(app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "prodready.verifications.");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            PostAsync(number % 2 == 0 ? caller : other, Root, new { to = NumberAt(number), purpose = "login" })));

        Assert.Equal(10, answers.Count(sent => sent.Response.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(10, await CountAsync("SELECT count(*) FROM notifications.messages"));
        Assert.Equal((Undisclosed, TimeSpan.FromMinutes(15)), await RefusedAsync(caller, NumberAt(50)));
        Assert.True(counts["refused{reason=spend_cap}"] > 0);
        Assert.InRange(counts["spend{country=NG}"], 0, 1);
        Assert.Contains(app.Logs, line => line.StartsWith(
            "Error No code was sent to +2348*****50: it would have come to more than Verifications:DailySpendCap, 1 USD", StringComparison.Ordinal));

        Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromDays(1));
        await BeginAsync(caller, NumberAt(50));
    }

    [Fact]
    public async Task Prefix_whose_codes_do_not_come_back_is_blocked_until_somebody_lifts_it()
    {
        var (app, caller) = Start(("Verifications:Conversion:PrefixSends", "5"), ("Verifications:Conversion:Minimum", "0.5"));
        using var counts = new MeterCounts(app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "prodready.verifications.");
        Assert.True(counts.Has("blocked{kind=prefix}") || counts["blocked{kind=prefix}"] == 0);
        await SendAsync(app, caller, approved: 2, notApproved: 4);

        // Those who are still typing do not count yet
        await BeginAsync(caller, NumberAt(90));
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((Undisclosed, TimeSpan.FromMinutes(15)), await RefusedAsync(caller, NumberAt(91)));
        await BeginAsync(caller, OtherNumber);

        var block = Assert.Single((await GetAsync(caller, $"{Root}/blocked-prefixes")).GetProperty("prefixes").EnumerateArray());
        Assert.Equal("+234803123", block.GetProperty("prefix").GetString());
        Assert.Equal((7, 2), (block.GetProperty("sent").GetInt32(), block.GetProperty("approved").GetInt32()));
        Assert.Equal(1, counts["blocked{kind=prefix}"]);
        Assert.Single(app.Logs, line => line.StartsWith("Error No codes are sent to prefix +234803123 until ", StringComparison.Ordinal));

        using (var lifted = await caller.DeleteAsync(new Uri($"{Root}/blocked-prefixes/{Uri.EscapeDataString("+234803123")}", UriKind.Relative), Cancellation))
        {
            Assert.Equal(HttpStatusCode.NoContent, lifted.StatusCode);
        }

        using (var again = await caller.DeleteAsync(new Uri($"{Root}/blocked-prefixes/234803123", UriKind.Relative), Cancellation))
        {
            Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        }

        Assert.Empty((await GetAsync(caller, $"{Root}/blocked-prefixes")).GetProperty("prefixes").EnumerateArray());
        await BeginAsync(caller, NumberAt(91));
    }

    [Fact]
    public async Task Country_whose_codes_do_not_come_back_is_blocked_for_an_hour()
    {
        var (app, caller) = Start(("Verifications:Conversion:CountrySends", "6"), ("Verifications:Conversion:Minimum", "0.5"));
        await SendAsync(app, caller, approved: 2, notApproved: 4);
        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(Undisclosed, (await RefusedAsync(caller, OtherNumber)).Reason);
        await BeginAsync(caller, "+233201234567");

        Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromHours(1));
        await BeginAsync(caller, OtherNumber);
    }

    [Fact]
    public async Task Country_is_blocked_only_where_the_setting_says_so()
    {
        var (_, caller) = Start(("Verifications:Conversion:Grace", "00:00:00"));
        await BeginAsync(caller, OtherNumber);
        await ExecuteAsync(
            """
            INSERT INTO notifications.verification_sends (verification_id, recipient, purpose, prefix, country, sent, at)
            SELECT verification_id, recipient, purpose, '+23481' || number, country, sent, at
            FROM notifications.verification_sends, generate_series(1000, 1999) AS number
            """);

        await BeginAsync(caller);
    }

    [Fact]
    public async Task Prefix_whose_codes_come_back_is_not_blocked()
    {
        var (app, caller) = Start(("Verifications:Conversion:PrefixSends", "5"), ("Verifications:Conversion:Minimum", "0.5"));
        await SendAsync(app, caller, approved: 3, notApproved: 3);
        Time.Advance(TimeSpan.FromMinutes(2));

        await BeginAsync(caller, NumberAt(90));
    }

    [Fact]
    public async Task Starts_at_a_time_send_no_more_than_say_enough_about_a_prefix()
    {
        (string, string?)[] settings = [("Verifications:Conversion:PrefixSends", "5"), ("Verifications:Conversion:Grace", "00:00:00")];
        HttpClient[] callers = [Start(settings).Caller, Start(settings).Caller];

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            PostAsync(callers[number % 2], Root, new { to = NumberAt(number), purpose = "login" })));

        Assert.Equal(5, answers.Count(sent => sent.Response.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(5, await CountAsync("SELECT count(*) FROM notifications.messages"));
    }

    /// <summary>Numbers of one prefix.</summary>
    private static string NumberAt(int number) => $"+23480312345{number:00}";

    private async Task SendAsync(NotificationsApp app, HttpClient caller, int approved, int notApproved)
    {
        for (var number = 0; number < approved + notApproved; number++)
        {
            var id = await BeginAsync(caller, NumberAt(number));
            if (number < approved)
            {
                Assert.Equal("approved", (await CheckAsync(caller, id, await CodeAsync(app, NumberAt(number)))).Result);
            }
        }
    }
}
