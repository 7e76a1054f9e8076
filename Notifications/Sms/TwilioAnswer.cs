using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace ProdReady.Notifications.Sms;

/// <summary>Reads what came back from Twilio, the same for both adapters.</summary>
internal static class TwilioAnswer
{
    /// <summary>An answer by its status: only what Twilio clearly did not take may be sent again.</summary>
    public static TwilioResult Read(HttpStatusCode status, TimeSpan? retryAfter, string body) => (int)status switch
    {
        >= 200 and < 300 => Parse(body, TwilioJson.Default.TwilioMessage) is { Sid: { Length: > 0 } sid } message
            ? new TwilioResult.Succeeded(sid, message.Status ?? "", message.ErrorCode, message.ErrorMessage)
            : new TwilioResult.Unknown($"Twilio answered {(int)status} without a message's SID."),
        // 408 says that the server gave up on the request, not that it did nothing
        408 or >= 500 => new TwilioResult.Unknown($"Twilio answered {(int)status}."),
        _ => Rejected((int)status, retryAfter, Parse(body, TwilioJson.Default.TwilioError)),
    };

    /// <summary>No answer, by how the call failed.</summary>
    /// <returns><see langword="null"/> for what is not a failure of the call but a bug.</returns>
    public static TwilioResult? Read(Exception exception) => exception switch
    {
        BrokenCircuitException =>
            new TwilioResult.NotSent("Twilio failed too often just now; the circuit is open.", null),
        RateLimiterRejectedException limited =>
            new TwilioResult.NotSent("Too many calls to Twilio are under way.", limited.RetryAfter),
        // All of these come before the first byte of the request
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } unreachable => new TwilioResult.NotSent($"Twilio cannot be reached ({unreachable.HttpRequestError}).", null),
        TimeoutRejectedException => new TwilioResult.Unknown("Twilio did not answer in time."),
        OperationCanceledException => new TwilioResult.Unknown("The call was given up before Twilio answered."),
        HttpRequestException or IOException => new TwilioResult.Unknown("The connection broke before Twilio answered."),
        _ => null,
    };

    private static TwilioResult.Rejected Rejected(int status, TimeSpan? retryAfter, TwilioError? error) =>
        new(status, error?.Code, error?.Message ?? $"Twilio answered {status}.", retryAfter);

    private static T? Parse<T>(string body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            // A proxy's page, say; the status has to do
            return null;
        }
    }
}
