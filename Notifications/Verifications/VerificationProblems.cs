using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Notifications.Verifications.Limits;

namespace ProdReady.Notifications.Verifications;

/// <summary>What goes wrong, in words for the developer.</summary>
internal static class VerificationProblems
{
    public static ProblemHttpResult NotConfigured(string missing) => TypedResults.Problem(
        title: "Verification codes are not configured", detail: missing, statusCode: StatusCodes.Status503ServiceUnavailable);

    public static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors)
        {
            Title = "The request cannot be taken as it is",
            Detail = "See errors for each field.",
            Status = StatusCodes.Status422UnprocessableEntity,
        });

    public static ProblemHttpResult NotFound() => TypedResults.Problem(
        title: "There is no such verification",
        detail: "No verification has this id, or it was deleted after Verifications:RetentionDays.",
        statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Conflict(Guid earlier) => TypedResults.Problem(
        title: "The idempotency key belongs to another verification",
        detail: $"This Idempotency-Key was sent with other content before, as verification {earlier}. Use a new key for a new verification.",
        statusCode: StatusCodes.Status409Conflict);

    public static ProblemHttpResult Ended(VerificationStatus status) => TypedResults.Problem(
        title: "The verification is over",
        detail: $"It is {status.ToString().ToLowerInvariant()}; start a new one.",
        statusCode: StatusCodes.Status409Conflict,
        extensions: new Dictionary<string, object?> { ["reason"] = status.ToString().ToLowerInvariant() });

    /// <summary>
    /// A limit. Of a blocked prefix and of the day's money no more is said than that nothing goes there now: whoever tries numbers out
    /// must not learn which ones are watched. The service's log says it, and so do its metrics.
    /// </summary>
    public static ProblemHttpResult Refused(SendRefusal refusal, HttpResponse response)
    {
        var (reason, detail) = refusal.Reason switch
        {
            RefusalReason.CoolDown => ("cool_down", "A code went to this number for this purpose just now. Send the next one after Retry-After."),
            RefusalReason.NumberLimit => ("number_limit", "This number has got as many codes as it may in 24 hours."),
            RefusalReason.ClientLimit => ("client_limit", "The client's address has asked for as many codes as it may in an hour."),
            RefusalReason.ProviderLimit => ("provider_limit", "The provider sends no more codes to this number, or at all, for now."),
            _ => ("unavailable", "No code is sent to this number for now. The service's log says why, and "
                + "GET /notifications/verifications/blocked-prefixes what is blocked."),
        };
        SetRetryAfter(response, refusal.RetryAfter);
        return TypedResults.Problem(
            title: "No code was sent",
            detail: detail,
            statusCode: StatusCodes.Status429TooManyRequests,
            extensions: new Dictionary<string, object?> { ["reason"] = reason });
    }

    public static ProblemHttpResult Failed(string title, string detail, TimeSpan retryAfter, HttpResponse response)
    {
        SetRetryAfter(response, retryAfter);
        return TypedResults.Problem(title: title, detail: detail, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Whole seconds, and never one too few.</summary>
    private static void SetRetryAfter(HttpResponse response, TimeSpan delay) =>
        response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
