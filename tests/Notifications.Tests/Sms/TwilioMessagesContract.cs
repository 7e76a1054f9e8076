using System.Collections.Concurrent;
using System.Diagnostics;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

/// <summary>What both adapters do, against Prism and against our fake.</summary>
public abstract class TwilioMessagesContract
{
    private const string ServiceSid = "MG0123456789abcdef0123456789abcdef";

    protected abstract Uri BaseUrl { get; }

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_message_has_a_sid_and_a_status()
    {
        await using var services = Build();
        var created = await SucceedAsync(Twilio(services).CreateAsync(Message with { Body = "Ünïcode & + = % 👍" }, Token));
        Assert.Matches("^SM[0-9a-f]{32}$", created.Sid);
        Assert.Equal("queued", created.Status);
    }

    [Fact]
    public async Task A_messaging_service_can_be_the_sender()
    {
        await using var services = Build();
        await SucceedAsync(Twilio(services).CreateAsync(Message with { From = null, MessagingServiceSid = ServiceSid }, Token));
    }

    [Fact]
    public async Task Callback_and_validity_can_be_asked_for()
    {
        await using var services = Build();
        await SucceedAsync(Twilio(services).CreateAsync(
            Message with { StatusCallback = new("https://example.com/status?message=1"), Validity = TimeSpan.FromMinutes(10) }, Token));
    }

    [Fact]
    public async Task A_message_is_found_by_its_sid()
    {
        await using var services = Build();
        var created = await SucceedAsync(Twilio(services).CreateAsync(Message, Token));
        var found = await SucceedAsync(Twilio(services).FetchAsync(created.Sid!, Token));
        Assert.Matches("^SM[0-9a-f]{32}$", found.Sid);
        Assert.NotEmpty(found.Status!);
    }

    [Fact]
    public async Task Messages_are_listed_with_their_dates()
    {
        await using var services = Build();
        await SucceedAsync(Twilio(services).CreateAsync(Message, Token));
        var listed = Assert.IsType<TwilioResult.Listed>(await Twilio(services).ListAsync(
            new() { To = Message.To, From = Message.From, PageSize = 20 }, Token));
        Assert.NotEmpty(listed.Messages);
        Assert.All(listed.Messages, message =>
        {
            Assert.Matches("^[SM]M[0-9a-f]{32}$", message.Sid);
            Assert.NotNull(TwilioProviderMessage.TimeOf(message.DateCreated));
        });
    }

    [Fact]
    public async Task A_message_can_be_canceled()
    {
        await using var services = Build();
        var created = await SucceedAsync(Twilio(services).CreateAsync(Message, Token));
        await SucceedAsync(Twilio(services).CancelAsync(created.Sid!, Token));
    }

    [Fact]
    public async Task Messages_can_be_listed_by_the_day_they_were_sent()
    {
        await using var services = Build();
        Assert.IsType<TwilioResult.Listed>(
            await Twilio(services).ListAsync(new() { To = Message.To, SentFrom = new(2020, 1, 1) }, Token));
    }

    [Fact]
    public async Task A_text_can_be_emptied()
    {
        await using var services = Build();
        var created = await SucceedAsync(Twilio(services).CreateAsync(Message, Token));
        await SucceedAsync(Twilio(services).RedactAsync(created.Sid!, Token));
    }

    [Fact]
    public async Task Each_call_is_one_activity_without_numbers_and_secrets()
    {
        var seen = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Other tests call other servers meanwhile
                if (activity.GetTagItem("server.port") is int port && port == BaseUrl.Port && activity.TraceId == Activity.Current?.TraceId)
                {
                    seen.Enqueue(string.Join(' ', activity.TagObjects));
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var services = Build();
        using (new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            await Twilio(services).CreateAsync(Message, Token);
            await Twilio(services).ListAsync(new() { To = Message.To, PageSize = 20 }, Token);
        }

        Assert.Equal(2, seen.Count);
        Assert.All(seen, tags =>
        {
            Assert.Contains("/Messages.json", tags, StringComparison.Ordinal);
            Assert.DoesNotContain(Message.To[1..], tags, StringComparison.Ordinal);
            Assert.DoesNotContain(NotificationsApp.AuthToken, tags, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_request_that_breaks_Twilios_document_is_rejected()
    {
        await using var services = Build();
        var rejected = Assert.IsType<TwilioResult.Rejected>(
            await Twilio(services).CreateAsync(Message with { From = null, MessagingServiceSid = "MG-not-one" }, Token));
        Assert.InRange(rejected.HttpStatus, 400, 422);
    }

    [Fact]
    public async Task A_sid_that_is_none_is_rejected()
    {
        await using var services = Build();
        var rejected = Assert.IsType<TwilioResult.Rejected>(await Twilio(services).FetchAsync("SM/../1", Token));
        Assert.InRange(rejected.HttpStatus, 400, 422);
    }

    private protected static TwilioCreate Message { get; } = new("+2348031234567", "Hello") { From = "+15005550006" };

    private protected ITwilioMessages Twilio(WebApplication services, string token = NotificationsApp.AuthToken) =>
        services.Services.GetRequiredService<TwilioClients>().For(
            new(TwilioAccount.Primary, NotificationsApp.AccountSid, token, BaseUrl, []));

    private protected static WebApplication Build(TimeSpan? timeout = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddTwilio();
        builder.Services.Configure<TwilioOptions>(options => options.Timeout = timeout ?? options.Timeout);
        return builder.Build();
    }

    private protected static async Task<TwilioMessage> SucceedAsync(Task<TwilioResult> call) =>
        Assert.IsType<TwilioResult.Succeeded>(await call).Message;
}

/// <summary>Against Prism, where it can be had.</summary>
public sealed class TwilioMessagesAgainstTheDocument(TwilioServer twilio, ITestOutputHelper output) : TwilioMessagesContract
{
    protected override Uri BaseUrl
    {
        get
        {
            output.WriteLine(twilio.Description);
            return twilio.BaseUrl;
        }
    }
}
