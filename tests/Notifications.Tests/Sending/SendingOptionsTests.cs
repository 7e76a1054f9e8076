using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Tests.Sending;

public sealed class SendingOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.True(Validate(new()).Succeeded);

    [Fact]
    public void Every_value_that_is_wrong_is_reported() => Assert.Equal(
        [
            "Sending:GiveUpAfter is 00:00:00, outside 00:01:00 to 7.00:00:00. Example: 10:00:00",
            "Sending:ProofAfter is 00:00:00, outside 00:00:01 to 01:00:00. Example: 00:02:00",
            "Sending:FirstCheck is 00:00:00, outside 00:00:01 to 01:00:00. Example: 00:01:00",
            "Sending:CheckInterval is 00:00:00, outside 00:00:00.1000000 to 00:01:00. Example: 00:00:01",
            "Sending:KeepDays is 2, outside 3 to 3650. Example: 90",
            "Sending:ProofAfter is 00:00:00, less than twice Twilio:Timeout (00:00:15): a call that is still under way would be taken for one "
                + "that was never made. Example: 00:02:00",
            "Sending:Countries holds 'XX', which is no country that has phone numbers. Example: NG,GH,US",
            "Sending:CountryRates:YY names no country that has phone numbers. Example: Sending:CountryRates:NG",
            "Sending:CountryRates:YY is 0, outside 0 to 100,000 segments a second. Example: 10",
            "Sending:WhenUnknown:letter names no kind of message. Use code, transaction or bulk",
        ],
        Validate(new()
        {
            GiveUpAfter = TimeSpan.Zero,
            ProofAfter = TimeSpan.Zero,
            FirstCheck = TimeSpan.Zero,
            CheckInterval = TimeSpan.Zero,
            KeepDays = 2,
            Countries = "NG, XX",
            CountryRates = { ["YY"] = 0 },
            WhenUnknown = { ["letter"] = UnknownPolicy.Never },
        }).Failures);

    [Fact]
    public void A_developer_may_wait_for_a_proof_as_short_as_a_test_can() =>
        Assert.True(Validate(new() { ProofAfter = TimeSpan.FromSeconds(1) }, "Development").Succeeded);

    private static ValidateOptionsResult Validate(SendingOptions options, string environment = "Production") =>
        new ValidateSendingOptions(Options.Create(new TwilioOptions()), new HostingEnvironment { EnvironmentName = environment }).Validate(null, options);
}
