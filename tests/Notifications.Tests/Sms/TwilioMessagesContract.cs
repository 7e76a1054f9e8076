using Microsoft.Extensions.Options;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

/// <summary>What both adapters do, against Prism and against our fake.</summary>
public abstract class TwilioMessagesContract
{
    private const string ServiceSid = "MG0123456789abcdef0123456789abcdef";

    protected abstract Uri BaseUrl { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_message_has_a_sid_and_a_status()
    {
        await using var services = Build();
        var result = await Twilio(services.Services).CreateAsync("+2348031234567", "Ünïcode & + = % 👍", Token);
        var created = Assert.IsType<TwilioResult.Succeeded>(result);
        Assert.Matches("^SM[0-9a-f]{32}$", created.Sid);
        Assert.Equal("queued", created.Status);
    }

    [Fact]
    public async Task A_messaging_service_can_be_the_sender()
    {
        await using var services = Build(options => options.MessagingServiceSid = ServiceSid);
        Assert.IsType<TwilioResult.Succeeded>(await Twilio(services.Services).CreateAsync("+2348031234567", "Hello", Token));
    }

    [Fact]
    public async Task A_message_is_found_by_its_sid()
    {
        await using var services = Build();
        var created = Assert.IsType<TwilioResult.Succeeded>(await Twilio(services.Services).CreateAsync("+2348031234567", "Hello", Token));
        var found = Assert.IsType<TwilioResult.Succeeded>(await Twilio(services.Services).FetchAsync(created.Sid, Token));
        Assert.Matches("^SM[0-9a-f]{32}$", found.Sid);
        Assert.NotEmpty(found.Status);
    }

    [Fact]
    public async Task A_request_that_breaks_Twilios_document_is_rejected()
    {
        await using var services = Build(options => options.MessagingServiceSid = "MG-not-one");
        var rejected = Assert.IsType<TwilioResult.Rejected>(await Twilio(services.Services).CreateAsync("+2348031234567", "Hello", Token));
        Assert.InRange(rejected.HttpStatus, 400, 422);
    }

    [Fact]
    public async Task A_sid_that_is_none_is_rejected()
    {
        await using var services = Build();
        var rejected = Assert.IsType<TwilioResult.Rejected>(await Twilio(services.Services).FetchAsync("SM/../1", Token));
        Assert.InRange(rejected.HttpStatus, 400, 422);
    }

    private protected static ITwilioMessages Twilio(IServiceProvider services) => services.GetRequiredService<ITwilioMessages>();

    private protected WebApplication Build(Action<TwilioOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddTwilio();
        // Values that a service would not start with must reach Twilio here
        foreach (var validation in builder.Services.Where(service => service.ServiceType == typeof(IValidateOptions<TwilioOptions>)).ToList())
        {
            builder.Services.Remove(validation);
        }

        builder.Services.Configure<TwilioOptions>(options =>
        {
            options.AccountSid = NotificationsApp.AccountSid;
            options.AuthToken = NotificationsApp.AuthToken;
            options.FromNumber = "+15005550006";
            options.BaseUrl = BaseUrl.ToString();
            configure?.Invoke(options);
        });
        return builder.Build();
    }
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
