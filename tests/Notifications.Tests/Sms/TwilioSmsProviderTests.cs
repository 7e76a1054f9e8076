using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Callbacks;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class TwilioSmsProviderTests : IAsyncLifetime
{
    private const string From = "+15005550006";
    private const string ServiceSid = "MG0123456789abcdef0123456789abcdef";

    private TwilioFake _twilio = null!;
    private WebApplication _services = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _twilio = await TwilioFake.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddTwilio();
        builder.Services.Configure<TwilioOptions>(options => options.Timeout = TimeSpan.FromSeconds(1));
        _services = builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _twilio.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_sent_with_callback_and_validity()
    {
        var id = Guid.CreateVersion7();
        var sent = Assert.IsType<SendResult.Sent>(
            await SendAsync(new(id, NotificationsApp.Number, From, "Hello", TimeSpan.FromMinutes(10)), "https://api.example.com/"));
        var message = Assert.Single(_twilio.Messages);
        Assert.Equal((message.Sid, ProviderStatus.Queued, "Hello"), (sent.Message.ProviderId, sent.Message.Status, sent.Message.Body));
        Assert.Equal(
            (NotificationsApp.Number, From, "600", $"https://api.example.com/notifications/twilio/status?message={id}"),
            (message.To, message.From, message.ValidityPeriod, message.StatusCallback));
    }

    [Theory]
    [InlineData(0.1, "1")]
    [InlineData(36_001.0, "36000")]
    [InlineData(59.9, "59")]
    [InlineData(null, "")]
    public async Task Validity_stays_within_Twilios_limits(double? seconds, string period)
    {
        await SendAsync(Message() with { Validity = seconds is { } value ? TimeSpan.FromSeconds(value) : null });
        Assert.Equal(period, Assert.Single(_twilio.Messages).ValidityPeriod ?? "");
    }

    [Fact]
    public async Task Without_a_public_address_no_callback_is_asked_for()
    {
        await SendAsync(Message());
        Assert.Empty(Assert.Single(_twilio.Messages).StatusCallback ?? "");
    }

    [Fact]
    public async Task A_messaging_service_is_no_number()
    {
        await SendAsync(Message() with { Sender = ServiceSid });
        var message = Assert.Single(_twilio.Messages);
        Assert.Equal((ServiceSid, ""), (message.MessagingServiceSid, message.From ?? ""));
    }

    [Fact]
    public async Task A_refusal_says_what_to_do()
    {
        _twilio.FailNext(TwilioFaults.Error(21408, "Permission denied"), TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(9)));
        Assert.Equal(FailureHandling.CountryBlocked, Assert.IsType<SendResult.Refused>(await SendAsync(Message())).Failure.Handling);
        var busy = Assert.IsType<SendResult.Refused>(await SendAsync(Message())).Failure;
        Assert.Equal((FailureHandling.RetrySoon, TimeSpan.FromSeconds(9)), (busy.Handling, busy.RetryAfter));
        Assert.Empty(_twilio.Messages);
    }

    [Theory]
    [InlineData(63038, "AccountCap")]
    [InlineData(20503, "RetryBounded")]
    [InlineData(20003, "StopAccount")]
    public async Task Statuses_do_not_hide_what_a_code_means(int code, string handling)
    {
        _twilio.FailNext(TwilioFaults.Error(code));
        Assert.Equal(handling, Assert.IsType<SendResult.Refused>(await SendAsync(Message())).Failure.Handling.ToString());
    }

    [Fact]
    public async Task What_nobody_answered_clearly_is_unknown_and_found_by_looking()
    {
        TwilioFault[] lost = [TwilioFaults.AcceptThenReset, TwilioFaults.AcceptThen500, TwilioFaults.AcceptThenHang];
        foreach (var fault in lost)
        {
            _twilio.FailNext(fault);
            Assert.IsType<SendResult.Unknown>(await SendAsync(Message()));
        }

        _twilio.FailNext(TwilioFaults.Error(20500));
        Assert.IsType<SendResult.Unknown>(await SendAsync(Message()));
        // They wait in the queue: no date says when they were sent
        Assert.Equal(_twilio.Messages.Reverse().Select(message => message.Sid), await FindAsync());
    }

    [Fact]
    public async Task A_search_finds_what_came_since_then_from_that_sender()
    {
        _twilio.Script = TwilioStep.Delivery;
        await SendAsync(Message());
        await SendAsync(Message() with { Sender = "12345" });
        await SendAsync(Message() with { To = "+2348031234568" });
        await Eventually.ReadAsync(
            () => Task.FromResult(_twilio.Messages.All(message => message.Status == "delivered")), delivered => delivered);
        Assert.Equal([_twilio.Messages[0].Sid], await FindAsync());
        Assert.Equal([_twilio.Messages[1].Sid], await FindAsync("12345"));
        Assert.Empty(await FindAsync(from: TimeProvider.System.GetUtcNow().AddMinutes(16)));
        // A quarter of an hour of difference between the clocks
        Assert.Single(await FindAsync(from: TimeProvider.System.GetUtcNow().AddMinutes(14)));
    }

    [Fact]
    public async Task What_a_messaging_service_sent_is_found_whatever_number_it_chose()
    {
        await SendAsync(Message());
        await SendAsync(Message() with { Sender = ServiceSid });
        Assert.Equal([_twilio.Messages[1].Sid], await FindAsync(ServiceSid));
    }

    [Theory]
    [InlineData("sent")]
    // Those that wait at Twilio have no date to filter by; not found on the newest page is not the same as not sent
    [InlineData("sending")]
    public async Task A_search_follows_the_pages_as_far_as_the_message_may_be(string status)
    {
        _twilio.Script = [new(status)];
        const int count = 1_050;
        await Parallel.ForAsync(0, count, Token, async (_, _) => await SendAsync(Message()));
        Assert.Equal(count, (await FindAsync()).Distinct().Count());

        // Long after them, one page tells that there is nothing to find
        var before = _twilio.ListCount;
        Assert.Empty(await FindAsync(from: TimeProvider.System.GetUtcNow().AddHours(1)));
        Assert.InRange(_twilio.ListCount - before, 2, 2);
    }

    [Fact]
    public async Task Calls_are_counted_by_what_came_of_them()
    {
        using var counts = new MeterCounts(_services.Services.GetRequiredService<IMeterFactory>(), "prodready.sms.provider.");
        _twilio.FailNext(TwilioFaults.Error(21408), TwilioFaults.AcceptThenReset);
        await SendAsync(Message());
        await SendAsync(Message());
        await SendAsync(Message());
        Assert.Equal(
            (1, 1, 1, 3),
            (counts["calls{provider=twilio,call=create,outcome=rejected,code=21408}"],
                counts["calls{provider=twilio,call=create,outcome=unknown}"],
                counts["calls{provider=twilio,call=create,outcome=ok}"],
                counts["duration{provider=twilio,call=create,outcome=ok}"]
                + counts["duration{provider=twilio,call=create,outcome=rejected}"]
                + counts["duration{provider=twilio,call=create,outcome=unknown}"]));
        Assert.True(counts.Has("calls{provider=twilio,call=create,outcome=not_sent}"));
    }

    [Fact]
    public async Task A_message_that_Twilio_does_not_have_is_found_to_be_none()
    {
        await SendAsync(Message());
        var sid = Assert.Single(_twilio.Messages).Sid;
        var provider = Provider();
        Assert.Single(Assert.IsType<LookUpResult.Found>(await provider.FetchAsync(sid, Token)).Messages);
        Assert.Empty(Assert.IsType<LookUpResult.Found>(await provider.FetchAsync("SM" + new string('0', 32), Token)).Messages);
    }

    [Theory]
    [InlineData("""{"sid":"SM1","status":"delivered","error_code":"30007","num_segments":2,"price":-0.0075,"price_unit":"usd"}""", 30007, 2, 0.0075)]
    [InlineData("""{"sid":"SM1","status":"delivered","error_code":30007,"num_segments":"2","price":"-0.0075","price_unit":"USD"}""", 30007, 2, 0.0075)]
    [InlineData("""{"sid":"SM1","status":"delivered","error_code":null,"num_segments":"0","price":null,"price_unit":"USD"}""", null, null, null)]
    [InlineData("""{"sid":"SM1","status":"delivered","error_code":{"new":[1]},"num_segments":"","price":"","body":[]}""", null, null, null)]
    public void Fields_are_read_however_Twilio_writes_them(string json, int? code, int? segments, double? price)
    {
        var message = TwilioProviderMessage.Of(Assert.IsType<TwilioResult.Succeeded>(TwilioAnswer.Message(json)).Message);
        Assert.Equal(
            (ProviderStatus.Delivered, code, segments, (decimal?)price, price is null ? null : "USD"),
            (message.Status, message.ErrorCode, message.Segments, message.Price, message.Currency));
    }

    [Theory]
    [InlineData("Thu, 24 Aug 2023 05:01:45 +0000", "2023-08-24T05:01:45Z")]
    [InlineData("Thu, 24 Aug 2023 07:01:45 +0200", "2023-08-24T05:01:45Z")]
    [InlineData("yesterday", null)]
    [InlineData(null, null)]
    public void Dates_are_RFC_2822(string? text, string? time) => Assert.Equal(
        time is null ? null : DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture),
        TwilioProviderMessage.TimeOf(text));

    [Fact]
    public void A_state_that_came_to_exist_later_is_another() =>
        Assert.Equal(ProviderStatus.Other, TwilioProviderMessage.StatusOf("teleported"));

    private static OutgoingSms Message() => new(Guid.CreateVersion7(), NotificationsApp.Number, From, "Hello", null);

    private TwilioSmsProvider Provider(string? publicUrl = null)
    {
        var account = new TwilioAccount(TwilioAccount.Primary, NotificationsApp.AccountSid, NotificationsApp.AuthToken, _twilio.BaseUrl, []);
        return new(
            account,
            _services.Services.GetRequiredService<TwilioClients>().For(account),
            new(Options.Create(new CallbackOptions { PublicUrl = publicUrl })));
    }

    private Task<SendResult> SendAsync(OutgoingSms message, string? publicUrl = null) => Provider(publicUrl).SendAsync(message, Token);

    private async Task<List<string>> FindAsync(string sender = From, DateTimeOffset? from = null)
    {
        var found = await Provider().ListAsync(
            new(NotificationsApp.Number, sender, from ?? TimeProvider.System.GetUtcNow().AddMinutes(-5)), Token);
        return [.. Assert.IsType<LookUpResult.Found>(found).Messages.Select(message => message.ProviderId)];
    }
}
