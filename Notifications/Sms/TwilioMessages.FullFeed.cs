using System.Net;
using Microsoft.Extensions.Options;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Rest.Api.V2010.Account;
using Twilio.Types;

namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's REST API by Twilio's own package, which builds the requests and reads the messages.</summary>
/// <remarks>Its exceptions lack status and headers of some answers, so that errors are read from the answer itself.</remarks>
internal sealed class TwilioMessages(HttpClient http, IOptions<TwilioOptions> options, TimeProvider time) : ITwilioMessages
{
    private readonly TwilioOptions _options = options.Value;

    public Task<TwilioResult> CreateAsync(string to, string body, CancellationToken cancellationToken)
    {
        var create = new CreateMessageOptions(new PhoneNumber(to)) { Body = body };
        if (_options.MessagingServiceSid is { Length: > 0 } service)
        {
            create.MessagingServiceSid = service;
        }
        else
        {
            create.From = new PhoneNumber(_options.FromNumber);
        }

        return CallAsync(client => MessageResource.CreateAsync(create, client), cancellationToken);
    }

    public Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken) =>
        CallAsync(client => MessageResource.FetchAsync(Uri.EscapeDataString(sid), client: client), cancellationToken);

    private async Task<TwilioResult> CallAsync(
        Func<ITwilioRestClient, Task<MessageResource>> call, CancellationToken cancellationToken)
    {
        // One for each call: it carries the call's cancellation in, and the answer's headers out
        var transport = new TwilioTransport(http, cancellationToken);
        try
        {
            var message = await call(new TwilioRestClient(_options.AccountSid, _options.AuthToken, httpClient: transport));
            if (transport.LastResponse.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
                && message?.Sid is { Length: > 0 })
            {
                return new TwilioResult.Succeeded(
                    message.Sid, message.Status?.ToString() ?? "", message.ErrorCode, message.ErrorMessage);
            }
        }
        catch (TwilioException) when (transport.LastResponse is not null)
        {
            // Read below
        }
        catch (ApiConnectionException exception) when (TwilioAnswer.Read(exception.InnerException ?? exception) is { } result)
        {
            return result;
        }

        var answer = transport.LastResponse;
        return TwilioAnswer.Read(answer.StatusCode, answer.Headers.RetryAfter.ToDelay(time), answer.Content);
    }
}
