using Microsoft.Extensions.Options;
using ProdReady.Notifications.Pricing;
using ProdReady.Notifications.Verifications;
using ProdReady.Notifications.Verifications.Hosted;

namespace ProdReady.Notifications.Tests.Verifications;

public sealed class VerificationOptionsTests
{
    [Fact]
    public void Defaults_are_fine() => Assert.True(Validate(new()).Succeeded);

    [Fact]
    public void Every_failure_is_reported()
    {
        var options = new VerificationOptions
        {
            Keys = "k1:AAAA",
            AppName = "{code}",
            WebOtpDomain = "https://example.com",
            CodeLength = 4,
            Validity = TimeSpan.FromMinutes(11),
            MaxAttempts = 0,
            CoolDown = TimeSpan.Zero,
            PerNumberAndDay = 0,
            PerClientIpAndHour = 0,
            Countries = "NG,Nigeria",
            DailySpendCap = 0,
            RetentionDays = 1,
        };
        options.Conversion.Minimum = 2;
        options.Conversion.PrefixSends = 1;
        options.Conversion.CountrySends = 1;
        options.Conversion.Grace = TimeSpan.FromMinutes(-1);
        options.Conversion.BlockDuration = TimeSpan.FromDays(8);

        Assert.Equal(
            [
                "VERIFICATION_KEYS (Verifications:Keys) holds a key 'k1' that is not 32 bytes in base64. Example: 2026-11:$(openssl rand -base64 32)",
                "Verifications:AppName is '{code}'; it must be 1 to 30 characters without braces or line ends. Example: Acme",
                "Verifications:WebOtpDomain is 'https://example.com'; it must be a domain in lower case. Example: example.com",
                "Verifications:CodeLength is '4'; it must be 6 to 8. Example: 6",
                "Verifications:Validity is '00:11:00'; it must be 00:01:00 to 00:10:00. Example: 00:10:00",
                "Verifications:MaxAttempts is '0'; it must be 1 to 10. Example: 5",
                "Verifications:CoolDown is '00:00:00'; it must be 00:00:10 to 00:10:00. Example: 00:01:00",
                "Verifications:PerNumberAndDay is '0'; it must be 1 to 100. Example: 10",
                "Verifications:PerClientIpAndHour is '0'; it must be 1 to 10000. Example: 15",
                "Verifications:Countries holds 'Nigeria', which is no country that has phone numbers. Example: NG,GH,US",
                "Verifications:DailySpendCap is '0'; it must be more than 0. Example: 50",
                "Verifications:DailySpendCap is set, while Sms:Prices:default is not: codes to countries without a price would not count. "
                    + "Example: Sms:Prices:default=0.10",
                "Verifications:Conversion:Minimum is '2'; it must be 0 to 1. Example: 0.1",
                "Verifications:Conversion:PrefixSends is '1'; it must be 5 to 100000. Example: 20",
                "Verifications:Conversion:CountrySends is '1'; it must be 0, or 5 to 100000. Example: 200",
                "Verifications:Conversion:Grace is '-00:01:00'; it must be 00:00:00 to 00:10:00. Example: 00:02:00",
                "Verifications:Conversion:BlockDuration is '8.00:00:00'; it must be 00:01:00 to 7.00:00:00. Example: 01:00:00",
                "Verifications:RetentionDays is '1'; it must be 2 to 365. Example: 7",
            ],
            Validate(options).Failures);
    }

    [Fact]
    public void Every_failure_of_Verify_is_reported() => Assert.Equal(
        [
            "TWILIO_VERIFY_SERVICE_SID (Verifications:TwilioVerify:ServiceSid) is not VA and 32 hexadecimal digits. "
                + "Copy it from the console's Verify services.",
            "TWILIO_VERIFY_BASE_URL (Verifications:TwilioVerify:BaseUrl) is not an absolute http or https address. Example: https://verify.twilio.com",
            "Verifications:TwilioVerify:Timeout is not between 1 and 60 seconds. Example: 00:00:10",
        ],
        new ValidateTwilioVerifyOptions().Validate(null, new() { ServiceSid = "VA1", BaseUrl = "twilio", Timeout = TimeSpan.Zero }).Failures);

    private static ValidateOptionsResult Validate(VerificationOptions options) =>
        new ValidateVerificationOptions(Options.Create(new PriceOptions())).Validate(null, options);
}
