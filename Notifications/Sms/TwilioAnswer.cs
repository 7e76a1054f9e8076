using System.Globalization;
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
    /// <summary>Reads a message out of an answer.</summary>
    /// <returns><see langword="null"/> if there is none.</returns>
    public static TwilioResult? Message(string body) =>
        Parse(body, TwilioJson.Default.TwilioMessage) is { Sid: { Length: > 0 } } message ? new TwilioResult.Succeeded(message) : null;

    /// <summary>Reads a page of messages out of an answer.</summary>
    /// <returns><see langword="null"/> if there is none.</returns>
    public static TwilioResult? Page(string body) =>
        Parse(body, TwilioJson.Default.TwilioPage) is { Messages: { } messages } page
            ? new TwilioResult.Listed(messages, page.NextPageUri is { Length: > 0 } next ? next : null)
            : null;

    /// <summary>An answer by its status. Errors with Twilio's code are left to <see cref="TwilioErrors"/>.</summary>
    /// <param name="status">The status.</param>
    /// <param name="retryAfter">How long the answer asked to wait.</param>
    /// <param name="body">The answer.</param>
    /// <param name="read">Reads what was asked for.</param>
    public static TwilioResult Read(HttpStatusCode status, TimeSpan? retryAfter, string body, Func<string, TwilioResult?> read)
    {
        if ((int)status is >= 200 and < 300)
        {
            return read(body) ?? new TwilioResult.Unknown($"Twilio answered {(int)status} without what was asked for.");
        }

        var error = Parse(body, TwilioJson.Default.TwilioError);
        int? code = int.TryParse(error?.Code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        // 408 says that the server gave up on the request, not that it did nothing; the rest may be a proxy's
        return (int)status is 408 or >= 500 && code is null
            ? new TwilioResult.Unknown($"Twilio answered {(int)status}.")
            : new TwilioResult.Rejected((int)status, code, error?.Message, retryAfter);
    }

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
