using Microsoft.Extensions.Options;
using ProdReady.Notifications.PhoneNumbers.Lookups;
using ProdReady.Notifications.Sms;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.PhoneNumbers.Lookups;

/// <summary>Against Twilio's own document.</summary>
public sealed class TwilioLookupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_type_of_a_line_is_read_as_the_document_has_it()
    {
        var (prism, problem) = await PrismServer.StartAsync("twilio_lookups_v2.phone_numbers.json");
        Assert.SkipWhen(prism is null, $"Prism cannot be had: {problem}");
        await using (prism)
        {
            // The document has an example for each of its fields
            var found = Assert.IsType<LookupResult.Found>(await Lookup(prism!.BaseUrl, "example=fetchLineTypeIntelligence").FindAsync("+14159929960", Token));
            Assert.Equal(new LineFacts("nonFixedVoip", "Twilio - SMS/MMS-SVR", "240", "38"), found.Line);
            Assert.False(found.WasCached);

            var invalid = Assert.IsType<LookupResult.Failed>(await Lookup(prism.BaseUrl, "example=fetchInvalid").FindAsync("+14159929960", Token));
            Assert.Equal("Twilio Lookup says that this number is not assigned.", invalid.Reason);
            var without = Assert.IsType<LookupResult.Failed>(await Lookup(prism.BaseUrl, "example=fetchCallerName").FindAsync("+14159929960", Token));
            Assert.Equal("Twilio Lookup answered without the type of the line.", without.Reason);
        }
    }

    [Fact]
    public void Every_wrong_setting_is_reported()
    {
        Assert.True(new ValidateLookupOptions().Validate(null, new()).Succeeded);
        Assert.Equal(
            [
                "TWILIO_LOOKUP_BASE_URL (Lookup:BaseUrl) is not an absolute http or https address. Example: https://lookups.twilio.com",
                "Lookup:CacheFor is 00:00:00; it must be 1 minute to 365 days. Example: 30.00:00:00",
                "Lookup:Timeout is 00:01:00; it must be 1 to 30 seconds. Example: 00:00:05",
            ],
            new ValidateLookupOptions().Validate(
                null, new() { BaseUrl = "lookups", CacheFor = TimeSpan.Zero, Timeout = TimeSpan.FromMinutes(1) }).Failures ?? []);
    }

    private static TwilioLookup Lookup(Uri baseUrl, string preference)
    {
        var http = new HttpClient { BaseAddress = baseUrl };
        http.DefaultRequestHeaders.Add("Prefer", preference);
        return new(
            http,
            Options.Create(new TwilioOptions { AccountSid = NotificationsApp.AccountSid, AuthToken = NotificationsApp.AuthToken }),
            TimeProvider.System);
    }
}
