using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>Where providers deliver. They authenticate by signature, so no API key is asked for.</summary>
internal static class ReceiveEndpoints
{
    public static IEndpointRouteBuilder MapReceive(this IEndpointRouteBuilder webhooks)
    {
        webhooks.MapPost("/{source}", ReceiveAsync).WithSummary("Receive a provider's event, signed by it");
        return webhooks;
    }

    private static async Task<Results<Ok<ReceivedAnswer>, ProblemHttpResult>> ReceiveAsync(
        string source, HttpRequest request, WebhookReceiver receiver) =>
        await receiver.ReceiveAsync(source, request) switch
        {
            Reception.Stored stored => TypedResults.Ok(new ReceivedAnswer(stored.Id, stored.EventId, stored.Duplicate)),
            Reception.UnknownSource => Problem(StatusCodes.Status404NotFound, "There is no such webhook source."),
            Reception.TooLarge tooLarge => Problem(
                StatusCodes.Status413PayloadTooLarge, $"The body is larger than {tooLarge.MaxBytes} bytes."),
            Reception.Unsigned unsigned => Unsigned(unsigned.Verdict),
            Reception.NoEvent => NoEvent(),
            Reception.Broken broken => Problem(broken.Status, "The request broke off or could not be read."),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };

    private static ProblemHttpResult NoEvent() => TypedResults.Problem(
        new HttpValidationProblemDetails(new Dictionary<string, string[]>
        {
            ["id"] = ["An id of 1 to 255 characters is required, as text without control characters."],
        })
        {
            Detail = "The signature is good, but the body is not a JSON object with an id.",
            Status = StatusCodes.Status400BadRequest,
        });

    /// <summary>Says enough to fix an honest sender, and nothing about which secret or which byte.</summary>
    private static ProblemHttpResult Unsigned(SignatureVerdict verdict) => TypedResults.Problem(
        statusCode: StatusCodes.Status401Unauthorized,
        detail: verdict switch
        {
            SignatureVerdict.Missing => "The request has no signature.",
            SignatureVerdict.Malformed => "The signature's header cannot be read.",
            SignatureVerdict.Stale => "The signature was made too long ago, or too far in the future.",
            _ => "The signature does not belong to this body and this source.",
        },
        extensions: new Dictionary<string, object?> { ["reason"] = verdict.ToReason() });

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}

/// <summary>The answer to a sender.</summary>
/// <param name="Id">Our id of the event; for a duplicate, the first one's.</param>
/// <param name="EventId">The sender's id of it.</param>
/// <param name="Duplicate">Whether it had been stored before.</param>
internal sealed record ReceivedAnswer(Guid Id, string EventId, bool Duplicate);
