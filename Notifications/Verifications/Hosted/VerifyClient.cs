using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Verifications.Hosted;

/// <summary>Twilio's Verify v2 over HTTP. No request is repeated: each sends a message, or costs an attempt.</summary>
internal sealed class VerifyClient(
    HttpClient http, IOptions<TwilioOptions> account, IOptions<TwilioVerifyOptions> options, TimeProvider time)
{
    /// <summary>Has a code sent; while there is an open verification of the number, the same code again.</summary>
    public Task<VerifyAnswer> StartAsync(string to, string? locale, CancellationToken cancellationToken) => PostAsync(
        "Verifications",
        locale is null ? [new("To", to), new("Channel", "sms")] : [new("To", to), new("Channel", "sms"), new("Locale", locale)],
        cancellationToken);

    /// <summary>Checks a code.</summary>
    /// <param name="sid">The verification's id; where it is not known, because its answer was lost, the number has to do.</param>
    /// <param name="to">The number.</param>
    /// <param name="code">The code.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<VerifyAnswer> CheckAsync(string? sid, string to, string code, CancellationToken cancellationToken) => PostAsync(
        "VerificationCheck", [sid is null ? new("To", to) : new("VerificationSid", sid), new("Code", code)], cancellationToken);

    /// <summary>Ends a verification.</summary>
    public Task<VerifyAnswer> CancelAsync(string sid, CancellationToken cancellationToken) =>
        PostAsync($"Verifications/{Uri.EscapeDataString(sid)}", [new("Status", "canceled")], cancellationToken);

    private async Task<VerifyAnswer> PostAsync(
        string resource, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v2/Services/{options.Value.ServiceSid}/{resource}")
        {
            Content = new FormUrlEncodedContent(fields),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Value.AccountSid}:{account.Value.AuthToken}")));
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return VerifyAnswer.Read(
                (int)response.StatusCode,
                response.Headers.RetryAfter.ToDelay(time),
                await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception exception) when (VerifyAnswer.Read(exception) is { } answer)
        {
            return answer;
        }
    }
}
