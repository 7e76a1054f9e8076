using Microsoft.Extensions.Options;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class TwilioOptionsTests
{
    private const string Sid = "0123456789abcdef0123456789ABCDEF";

    [Fact]
    public void No_account_at_all_is_valid_and_not_configured()
    {
        Assert.Empty(Failures(new()));
        Assert.False(new TwilioOptions().IsConfigured);
    }

    [Theory]
    [InlineData("+15005550006", null)]
    [InlineData(null, "MG" + Sid)]
    public void An_account_with_a_sender_is_configured(string? number, string? service)
    {
        var options = new TwilioOptions
        {
            AccountSid = "AC" + Sid,
            AuthToken = "token",
            FromNumber = number,
            MessagingServiceSid = service,
        };
        Assert.Empty(Failures(options));
        Assert.True(options.IsConfigured);
    }

    [Fact]
    public void Every_malformed_value_is_reported() => Assert.Equal(
        [
            "AccountSid: TWILIO_ACCOUNT_SID (Twilio:AccountSid) is not AC and 32 hexadecimal digits. Copy it from the console's Account Info.",
            "FromNumber: TWILIO_FROM_NUMBER (Twilio:FromNumber) is not a number in E.164 form. Example: +15005550006",
            "MessagingServiceSid: TWILIO_MESSAGING_SERVICE_SID (Twilio:MessagingServiceSid) is not MG and 32 hexadecimal digits. "
            + "Copy it from the console's Messaging services.",
            "TWILIO_AUTH_TOKEN (Twilio:AuthToken) is missing, while other Twilio settings are there. "
            + "Copy it from the console's Account Info.",
            "TWILIO_BASE_URL (Twilio:BaseUrl) is not an absolute http or https address. Example: https://api.twilio.com",
            "Twilio:Timeout is not between 1 and 60 seconds. Example: 00:00:15",
        ],
        Failures(new()
        {
            AccountSid = "SK" + Sid,
            FromNumber = "0803",
            MessagingServiceSid = "MG1",
            Timeout = TimeSpan.FromMilliseconds(10),
            BaseUrl = "api.twilio.com",
        }));

    [Fact]
    public void A_token_alone_lacks_account_and_sender() => Assert.Equal(
        [
            "TWILIO_ACCOUNT_SID (Twilio:AccountSid) is missing, while other Twilio settings are there. "
            + "Example: AC and 32 hexadecimal digits",
            "TWILIO_FROM_NUMBER (Twilio:FromNumber) and TWILIO_MESSAGING_SERVICE_SID "
            + "(Twilio:MessagingServiceSid) are both missing; set one of them. Example: +15005550006",
        ],
        Failures(new() { AuthToken = "token" }));

    private static List<string> Failures(TwilioOptions options) =>
    [
        .. new IValidateOptions<TwilioOptions>[] { new ValidateTwilioValues(), new ValidateTwilioOptions() }
            .SelectMany(validator => validator.Validate(null, options).Failures ?? []),
    ];
}
