using System.Text.Json;
using System.Text.Json.Serialization;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace ProdReady.Notifications.Verifications.Hosted;

/// <summary>What Twilio's Verify answered, or why it did not.</summary>
/// <param name="HttpStatus">The status; 0 if there was no answer.</param>
/// <param name="Sid">The verification's id, beginning with <c>VE</c>.</param>
/// <param name="Status">Its state: <c>pending</c>, <c>approved</c>, <c>canceled</c>, <c>max_attempts_reached</c>, <c>deleted</c>, <c>failed</c> or <c>expired</c>.</param>
/// <param name="Code">An error's code.</param>
/// <param name="RetryAfter">How long Twilio asked to wait.</param>
/// <param name="MayBeDone">Without an answer: whether the request may have arrived all the same.</param>
internal sealed record VerifyAnswer(
    int HttpStatus, string? Sid = null, string? Status = null, int? Code = null, TimeSpan? RetryAfter = null, bool MayBeDone = false)
{
    /// <summary>Whether Twilio did what it was asked.</summary>
    public bool IsSuccess => HttpStatus is >= 200 and < 300 && Sid is { Length: > 0 };

    /// <summary>An answer. Its sentence is left out: it can quote the number.</summary>
    public static VerifyAnswer Read(int httpStatus, TimeSpan? retryAfter, string body)
    {
        VerifyBody? read = null;
        try
        {
            read = JsonSerializer.Deserialize(body, VerifyJson.Default.VerifyBody);
        }
        catch (JsonException)
        {
            // A proxy's page, say; the status has to do
        }

        // An error's own "status" is the HTTP status, a number
        var status = read?.Status is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        return new(httpStatus, read?.Sid, status, read?.Code, retryAfter, MayBeDone: httpStatus is 408 or >= 500);
    }

    /// <summary>No answer, by how the call failed.</summary>
    /// <returns><see langword="null"/> for what is not a failure of the call but a bug.</returns>
    public static VerifyAnswer? Read(Exception exception) => exception switch
    {
        BrokenCircuitException => new(0),
        RateLimiterRejectedException limited => new(0, RetryAfter: limited.RetryAfter),
        // All of these come before the first byte of the request
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => new(0),
        TimeoutRejectedException or HttpRequestException or IOException => new(0, MayBeDone: true),
        _ => null,
    };
}

/// <summary>What we read of a verification, a check or an error.</summary>
internal sealed record VerifyBody(string? Sid, JsonElement Status, int? Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifyBody))]
internal sealed partial class VerifyJson : JsonSerializerContext;
