using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>Where providers deliver. They authenticate by signature, so no API key is asked for.</summary>
internal static class ReceiveEndpoints
{
    private static readonly string[] OtherMethods = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

    public static IEndpointRouteBuilder MapReceive(this IEndpointRouteBuilder webhooks)
    {
        webhooks.MapPost("/{source}", ReceiveAsync).WithSummary("Receive a provider's event, signed by it");
        webhooks.MapMethods("/{source}", OtherMethods, Other).ExcludeFromDescription();
        return webhooks;
    }

    private static async Task<Results<Ok<ReceivedAnswer>, ContentHttpResult, NoContent, ProblemHttpResult>> ReceiveAsync(
        string source, HttpRequest request, WebhookReceiver receiver) =>
        await receiver.ReceiveAsync(source, request) switch
        {
            Reception.Stored { WantsNoBody: true } => TypedResults.NoContent(),
            Reception.Stored stored => TypedResults.Ok(new ReceivedAnswer(stored.Id, stored.EventId, stored.Duplicate)),
            Reception.Challenge { Reply: "" } => TypedResults.NoContent(),
            Reception.Challenge challenge => TypedResults.Text(challenge.Reply, "application/json"),
            Reception.UnknownSource => UnknownSource(),
            Reception.TooLarge tooLarge => Problem(
                StatusCodes.Status413PayloadTooLarge, $"The body is larger than {tooLarge.MaxBytes} bytes."),
            Reception.WrongForm { Status: StatusCodes.Status411LengthRequired } => Problem(
                StatusCodes.Status411LengthRequired, "The request says neither how long its body is, nor that it comes in chunks."),
            Reception.WrongForm wrong => Problem(wrong.Status, "This provider's events are neither encoded nor of this content type."),
            Reception.Unsigned unsigned => Unsigned(unsigned.Verdict),
            Reception.NoRoom => NoRoom(request.HttpContext.Response),
            Reception.NoEvent => NoEvent(),
            Reception.Broken { Status: StatusCodes.Status408RequestTimeout } => Problem(
                StatusCodes.Status408RequestTimeout, $"The body did not arrive within {BoundedBody.Patience.TotalSeconds:0} s. Nothing was stored: send it again."),
            Reception.Broken broken => Problem(broken.Status, "The request broke off or could not be read."),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };

    /// <summary>Every method but POST. Meta asks by GET whether the address is meant to receive.</summary>
    private static Results<ContentHttpResult, ProblemHttpResult> Other(string source, HttpContext context, SourceCatalog sources)
    {
        if (!sources.TryGet(source, out var known))
        {
            return UnknownSource();
        }

        if (HttpMethods.IsGet(context.Request.Method) && known is { Challenge: ChallengeKind.MetaSubscription, VerifyToken: not null })
        {
            return Challenges.Reply(known, context.Request.Query) is { } challenge
                // Plain text that no browser takes for something else: the challenge is what the caller sent
                ? TypedResults.Text(challenge, "text/plain")
                : Problem(StatusCodes.Status403Forbidden, "This is not the subscription that was agreed on.");
        }

        context.Response.Headers.Allow = known is { Challenge: ChallengeKind.MetaSubscription, VerifyToken: not null } ? "GET, POST" : "POST";
        return Problem(StatusCodes.Status405MethodNotAllowed, "Events are sent by POST.");
    }

    private static ProblemHttpResult NoRoom(HttpResponse response)
    {
        response.Headers.RetryAfter = "5";
        return Problem(StatusCodes.Status503ServiceUnavailable, "Too many requests are under way. Nothing was stored: send it again.");
    }

    private static ProblemHttpResult NoEvent() => TypedResults.Problem(
        new HttpValidationProblemDetails(new Dictionary<string, string[]> { ["body"] = ["A whole JSON object or array is required."] })
        {
            Detail = "The signature is good, but the body is not JSON.",
            Status = StatusCodes.Status400BadRequest,
        });

    /// <summary>The same for a source that does not exist, is off, or never will be one.</summary>
    private static ProblemHttpResult UnknownSource() => Problem(StatusCodes.Status404NotFound, "There is no such webhook source.");

    /// <summary>Says enough to fix an honest sender, and nothing about which secret or which byte.</summary>
    private static ProblemHttpResult Unsigned(SignatureVerdict verdict) => TypedResults.Problem(
        statusCode: StatusCodes.Status401Unauthorized,
        detail: verdict switch
        {
            SignatureVerdict.Missing => "The request has no signature.",
            SignatureVerdict.Malformed => "The signature cannot be read.",
            SignatureVerdict.Stale => "The signature was made too long ago, or too far in the future.",
            _ => "The signature does not belong to this body and this source.",
        },
        extensions: new Dictionary<string, object?> { ["reason"] = verdict.ToReason() });

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}

/// <summary>The answer to a sender.</summary>
/// <param name="Id">Our id of the event; for a duplicate, the first one's.</param>
/// <param name="EventId">The sender's id of it, if it has one.</param>
/// <param name="Duplicate">Whether it had been stored before.</param>
internal sealed record ReceivedAnswer(Guid Id, string? EventId, bool Duplicate);
