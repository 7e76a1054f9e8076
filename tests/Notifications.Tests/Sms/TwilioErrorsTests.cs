using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class TwilioErrorsTests
{
    [Theory]
    [InlineData("StopAccount", 20003, 10001, 30002)]
    [InlineData("RetrySoon", 20429)]
    [InlineData("AccountCap", 63038, 60728)]
    [InlineData("Ambiguous", 20500, 30410, 30008)]
    [InlineData("RetryBounded", 20503, 30500, 30003)]
    [InlineData("BadNumber", 21211, 21614, 21635)]
    [InlineData("SenderFault", 21212, 21603, 21606, 21659, 21660, 21661, 21701, 21703, 21704, 21705, 21609)]
    [InlineData("CountryBlocked", 21408)]
    [InlineData("AccountSetup", 21608, 572002, 572005, 572006, 575001, 10002)]
    [InlineData("OptedOut", 21610)]
    [InlineData("QueueFull", 21611, 30001)]
    [InlineData("NotRoutable", 21612)]
    [InlineData("Permanent", 21266, 21602, 21604, 21617, 30004, 30005, 30006)]
    [InlineData("Filtered", 30007, 30032, 30034, 30035)]
    [InlineData("SlowDown", 30022)]
    [InlineData("NextDay", 30023, 30027)]
    [InlineData("Expired", 30036)]
    [InlineData("Abuse", 30450)]
    public void Each_code_of_a_refusal_is_handled_by_the_table(string handling, params int[] codes) => Assert.All(codes, code =>
    {
        Assert.Equal(handling, TwilioErrors.OnCreate(400, code, null, null).Handling.ToString());
        // Whatever the status below 500: the caps come as 429
        Assert.Equal(handling, TwilioErrors.OnCreate(429, code, null, null).Handling.ToString());
    });

    [Theory]
    [InlineData("StopAccount", 20003, 10001, 30002)]
    [InlineData("AccountCap", 63038, 60728)]
    [InlineData("Ambiguous", 20500, 30410)]
    [InlineData("RetryBounded", 20503, 30500)]
    [InlineData("BadNumber", 21211, 21614, 21635)]
    [InlineData("OptedOut", 21610)]
    [InlineData("QueueFull", 21611, 30001)]
    [InlineData("Unreachable", 30003)]
    [InlineData("RetryOnce", 30008)]
    [InlineData("Permanent", 21266, 30004, 30005, 30006, 99999)]
    [InlineData("Filtered", 30007, 30032, 30034, 30035)]
    [InlineData("SlowDown", 30022)]
    [InlineData("NextDay", 30023)]
    [InlineData("Expired", 30036)]
    [InlineData("Abuse", 30450)]
    public void Each_code_of_a_report_is_handled_by_the_table(string handling, params int[] codes) =>
        Assert.All(codes, code => Assert.Equal(handling, TwilioErrors.InReport(code, null).Handling.ToString()));

    [Theory]
    [InlineData(429, null, "RetrySoon")]
    [InlineData(429, 99999, "RetrySoon")]
    [InlineData(401, null, "StopAccount")]
    [InlineData(401, 99999, "StopAccount")]
    [InlineData(403, null, "StopAccount")]
    [InlineData(403, 99999, "Permanent")]
    [InlineData(400, null, "Permanent")]
    [InlineData(404, null, "Permanent")]
    [InlineData(307, null, "Permanent")]
    [InlineData(400, 99999, "Permanent")]
    [InlineData(408, null, "Ambiguous")]
    [InlineData(500, null, "Ambiguous")]
    [InlineData(503, null, "Ambiguous")]
    [InlineData(500, 20500, "Ambiguous")]
    [InlineData(502, 21211, "Ambiguous")]
    [InlineData(503, 20503, "RetryBounded")]
    public void What_is_not_in_the_table_is_handled_by_the_status(int status, int? code, string handling) =>
        Assert.Equal(handling, TwilioErrors.OnCreate(status, code, null, null).Handling.ToString());

    [Fact]
    public void A_failure_says_what_to_do_what_Twilio_says_and_how_long_to_wait() => Assert.Equal(
        new ProviderFailure(
            21408,
            "The account may not send to this country. Switch the country on in Twilio's console: Messaging, Settings, Geo "
            + "permissions. "
            + "(Twilio 21408: Permission denied)",
            FailureHandling.CountryBlocked,
            TimeSpan.FromSeconds(7)),
        TwilioErrors.OnCreate(400, 21408, "Permission denied", TimeSpan.FromSeconds(7)));

    [Theory]
    [InlineData(21608, "trial account", "compliance profile", "Verify the number")]
    [InlineData(572002, "trial account", "console", "upgrade")]
    [InlineData(572005, "trial account", "verification", "upgrade")]
    [InlineData(572006, "trial account", "verified", "upgrade")]
    [InlineData(575001, "trial account", "30 days", "upgrade")]
    [InlineData(10002, "trial account", "Upgrade", "console")]
    public void What_an_account_lacks_is_said_in_words(int code, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, TwilioErrors.OnCreate(400, code, null, null).Message, StringComparison.Ordinal));

    [Fact]
    public void A_code_that_nobody_knows_says_where_to_read_about_it() => Assert.Equal(
        "Something new (Twilio 99999: https://www.twilio.com/docs/api/errors/99999)",
        TwilioErrors.OnCreate(400, 99999, "Something new", null).Message);
}
