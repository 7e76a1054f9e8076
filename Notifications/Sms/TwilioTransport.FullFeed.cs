using System.Net.Http.Headers;
using System.Text;
using Twilio.Http;
using HttpClient = System.Net.Http.HttpClient;
using HttpMethod = System.Net.Http.HttpMethod;

namespace ProdReady.Notifications.Sms;

/// <summary>
/// Puts our client under Twilio's package: its own knows neither cancellation nor another base address, and drops the
/// headers of an error.
/// </summary>
internal sealed class TwilioTransport(HttpClient http, CancellationToken cancellationToken) : Twilio.Http.HttpClient
{
    public override Response MakeRequest(Request request) =>
        throw new NotSupportedException("Only the package's asynchronous calls are used.");

    public override async Task<Response> MakeRequestAsync(Request request)
    {
        LastRequest = request;
        using var message = new HttpRequestMessage(
            new HttpMethod(request.Method.ToString()), request.ConstructUrl().PathAndQuery.TrimStart('/'));
        message.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{request.Username}:{request.Password}")));
        foreach (var header in request.HeaderParams)
        {
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (message.Method != HttpMethod.Get)
        {
            message.Content = new FormUrlEncodedContent(request.PostParams);
        }

        using var response = await http.SendAsync(message, cancellationToken);
        return LastResponse = new Response(
            response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), response.Headers);
    }
}
