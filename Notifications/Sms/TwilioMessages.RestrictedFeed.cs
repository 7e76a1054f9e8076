using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's REST API over HTTP directly.</summary>
internal sealed class TwilioMessages(HttpClient http, IOptions<TwilioOptions> options, TimeProvider time) : ITwilioMessages
{
    private readonly TwilioOptions _options = options.Value;

    public Task<TwilioResult> CreateAsync(string to, string body, CancellationToken cancellationToken) => SendAsync(
        new(HttpMethod.Post, Path("Messages.json"))
        {
            Content = new FormUrlEncodedContent(
            [
                new("To", to),
                _options.MessagingServiceSid is { Length: > 0 } service
                    ? new("MessagingServiceSid", service)
                    : new("From", _options.FromNumber ?? ""),
                new("Body", body),
            ]),
        },
        cancellationToken);

    public Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken) =>
        SendAsync(new(HttpMethod.Get, Path($"Messages/{Uri.EscapeDataString(sid)}.json")), cancellationToken);

    private string Path(string resource) => $"2010-04-01/Accounts/{_options.AccountSid}/{resource}";

    private async Task<TwilioResult> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_options.AccountSid}:{_options.AuthToken}")));
            try
            {
                using var response = await http.SendAsync(request, cancellationToken);
                return TwilioAnswer.Read(
                    response.StatusCode,
                    response.Headers.RetryAfter.ToDelay(time),
                    await response.Content.ReadAsStringAsync(cancellationToken));
            }
            catch (Exception exception) when (TwilioAnswer.Read(exception) is { } result)
            {
                return result;
            }
        }
    }
}
