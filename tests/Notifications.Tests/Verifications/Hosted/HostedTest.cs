using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications.Hosted;

/// <summary>A service whose codes Twilio's Verify makes.</summary>
public abstract class HostedTest(DataStores stores) : VerificationTest(stores)
{
    private protected static async Task<string?> FailureAsync(HttpClient caller, string to)
    {
        var (response, answer) = await PostAsync(caller, Root, new { to, purpose = "login" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        return answer.GetProperty("detail").GetString();
    }

    private protected async Task<(VerifyFake Verify, HttpClient Caller)> StartAsync(params (string Key, string? Value)[] settings)
    {
        var (verify, _, caller) = await StartServiceAsync(settings);
        return (verify, caller);
    }

    private protected async Task<(VerifyFake Verify, NotificationsApp App, HttpClient Caller)> StartServiceAsync(params (string Key, string? Value)[] settings)
    {
        var verify = Track(await VerifyFake.StartAsync());
        var app = Track(NotificationsApp.Create(
            Database,
            verify.BaseUrl,
            Time,
            [
                ("Verifications:Provider", "TwilioVerify"),
                ("Verifications:TwilioVerify:ServiceSid", VerifyFake.ServiceSid),
                ("Verifications:TwilioVerify:BaseUrl", verify.BaseUrl.ToString()),
                .. settings,
            ]));
        return (verify, app, app.CreateCaller());
    }
}
