using ProdReady.Notifications.Providers;
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
            "TWILIO_ACCOUNT_SID (Twilio:AccountSid) is not AC and 32 hexadecimal digits. Copy it from the console's Account "
            + "Info.",
            "TWILIO_AUTH_TOKEN (Twilio:AuthToken) is missing, while other Twilio settings are there. "
            + "Copy it from the console's Account Info.",
            "TWILIO_FROM_NUMBER (Twilio:FromNumber) is not a number in E.164 form, a short code of 5 or 6 digits, or a name of "
            + "at most 11 letters and digits. Example: +15005550006",
            "TWILIO_MESSAGING_SERVICE_SID (Twilio:MessagingServiceSid) is not MG and 32 hexadecimal digits. "
            + "Copy it from the console's Messaging services.",
            "Twilio:Senders:0 needs From or MessagingServiceSid, and not both. Example: Twilio:Senders:0:From=+15005550006",
            "Twilio:Senders:1:From is not a number in E.164 form, a short code of 5 or 6 digits, or a name of at most 11 "
            + "letters and "
            + "digits. Example: +15005550006",
            "Twilio:Senders:1:Type is 'Pager'; it must be one of LongCode, TollFree, ShortCode, Alphanumeric, MessagingService. "
            + "Example: TollFree",
            "Twilio:Senders:1:SegmentsPerSecond is not above 0 and at most 10000. Example: 10",
            "Twilio:Senders:1:Countries has 'Nigeria', which is not an ISO 3166-1 code of two letters. Example: NG",
            "TWILIO_BASE_URL (Twilio:BaseUrl) is not an absolute http or https address. Example: https://api.twilio.com",
            "Twilio:Timeout is not between 1 and 60 seconds. Example: 00:00:15",
            "Twilio:Fallback:AuthToken is missing, while other Twilio settings are there. Copy it from the console's Account "
            + "Info.",
            "Twilio:Fallback:FromNumber and Twilio:Fallback:MessagingServiceSid are both missing; set one of them. "
            + "Example: +15005550006",
            "Twilio:Fallback is set, but there is nothing that it could stand in for. Set TWILIO_ACCOUNT_SID, "
            + "TWILIO_AUTH_TOKEN, and "
            + "TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID.",
        ],
        Failures(new()
        {
            AccountSid = "SK" + Sid,
            FromNumber = "0803",
            MessagingServiceSid = "MG1",
            Senders =
            {
                new(),
                new() { From = "no name at all", Type = "Pager", SegmentsPerSecond = 0, Countries = ["NG", "Nigeria"] },
            },
            Timeout = TimeSpan.FromMilliseconds(10),
            BaseUrl = "api.twilio.com",
            Fallback = new() { AccountSid = "AC" + Sid },
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

    [Fact]
    public void A_second_account_must_be_another_one() => Assert.Equal(
        [
            "Twilio:Fallback:AccountSid is the same account as TWILIO_ACCOUNT_SID. Name another one, or put its senders under "
            + "Twilio:Senders.",
        ],
        Failures(new()
        {
            AccountSid = "AC" + Sid,
            AuthToken = "token",
            FromNumber = "+15005550006",
            Fallback = new() { AccountSid = "AC" + Sid, AuthToken = "other", FromNumber = "Example" },
        }));

    [Fact]
    public void A_second_token_needs_a_first_one_and_is_another() => Assert.Equal(
        [
            "TWILIO_AUTH_TOKEN_SECONDARY (Twilio:SecondaryAuthToken) is the same as TWILIO_AUTH_TOKEN (Twilio:AuthToken). "
            + "Set the other token of the account, or leave it out.",
            "Twilio:Fallback:SecondaryAuthToken is set, while Twilio:Fallback:AuthToken is missing. Set that, too: messages are sent with it.",
        ],
        Failures(new()
        {
            AccountSid = "AC" + Sid,
            AuthToken = "token",
            SecondaryAuthToken = "token",
            FromNumber = "+15005550006",
            Fallback = new() { SecondaryAuthToken = "token" },
        }));

    [Theory]
    [InlineData("+15005550006", "LongCode", 1.0)]
    [InlineData("+447911123456", "LongCode", 10.0)]
    [InlineData("+18005551234", "TollFree", 3.0)]
    [InlineData("+18335551234", "TollFree", 3.0)]
    [InlineData("12345", "ShortCode", 100.0)]
    [InlineData("123456", "ShortCode", 100.0)]
    [InlineData("Example Ltd", "Alphanumeric", 10.0)]
    [InlineData("MG" + Sid, "MessagingService", null)]
    public void A_senders_kind_and_rate_follow_from_its_address(string address, string type, double? rate)
    {
        var sender = Assert.Single(TwilioSenders.Of(new TwilioOptions { FromNumber = address }));
        Assert.Equal((address, type, rate, null), (sender.Address, sender.Type.ToString(), sender.SegmentsPerSecond, sender.Countries));
    }

    [Theory]
    [InlineData("0803")]
    [InlineData("1234567")]
    [InlineData("Example Limited")]
    [InlineData("Exämple")]
    [InlineData("MG1234")]
    public void What_cannot_send_is_no_sender(string address) =>
        Assert.True(address == "MG1234" ? TwilioSenders.TypeOf(address) is SenderType.Alphanumeric : TwilioSenders.TypeOf(address) is null);

    [Fact]
    public void Senders_come_in_their_order_and_what_is_set_wins()
    {
        var senders = TwilioSenders.Of(new TwilioOptions
        {
            FromNumber = "+15005550006",
            Senders =
            {
                new() { From = "12345", Countries = ["us", "CA"] },
                new() { From = "+15005550006", SegmentsPerSecond = 7, Type = "tollfree" },
                new() { MessagingServiceSid = "MG" + Sid },
                new() { From = "12345" },
            },
        });
        Assert.Equal(["+15005550006", "12345", "MG" + Sid], senders.Select(sender => sender.Address));
        Assert.Equal((7.0, SenderType.TollFree), (senders[0].SegmentsPerSecond, senders[0].Type));
        Assert.Equal(["CA", "US"], senders[1].Countries!.Order());
    }

    [Fact]
    public void An_accounts_fingerprint_tells_tokens_apart_and_reveals_none()
    {
        static TwilioAccount Account(string token) => Assert.Single(TwilioAccount.Of(new()
        {
            AccountSid = "AC" + Sid,
            AuthToken = token,
            FromNumber = "+15005550006",
        }));
        Assert.Matches("^[0-9a-f]{16}$", Account("token-one").Fingerprint);
        Assert.NotEqual(Account("token-one").Fingerprint, Account("token-two").Fingerprint);
        Assert.DoesNotContain("token-one", Account("token-one").ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Failures(TwilioOptions options) =>
        new ValidateTwilioOptions().Validate(null, options).Failures ?? [];
}
