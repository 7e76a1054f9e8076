using System.Net;
using System.Text;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Providers' callbacks are signed over address and form, carry no API key, and come from few addresses in great numbers.</summary>
public sealed class CallbackTests(DataStores stores) : ProxyTest(stores)
{
    [Theory]
    [InlineData("/notifications/twilio/status?message=0197c1b2-0000-7000-8000-000000000000&a=%20b+c")]
    [InlineData("/notifications/twilio/inbound")]
    public async Task A_callback_passes_unaltered_unlimited_and_without_a_key(string path)
    {
        const string form = "MessageSid=SM1&Body=a%2Bb+%26%20c%3dd+%C3%A9&Empty=&body=lower";
        var upstream = Own(await Upstream.StartAsync());
        var gateway = await GatewayAsync([upstream.Url], ("ReverseProxy:Clusters:notifications:Destinations:default:Address", upstream.Url));
        using var client = gateway.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
            Headers = { { "X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=" } },
        };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var seen = await response.Content.ReadFromJsonAsync<Echo>(TestContext.Current.CancellationToken);
        Assert.Equal((path, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="), (seen!.PathAndQuery, seen.Body, seen.Header("X-Twilio-Signature")));
        Assert.False(response.Headers.Contains("RateLimit-Policy"));
    }
}
