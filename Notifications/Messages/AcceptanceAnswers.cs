using Microsoft.AspNetCore.Http.HttpResults;

namespace ProdReady.Notifications.Messages;

/// <summary>What the endpoints that send answer, the same from each of them.</summary>
internal static class AcceptanceAnswers
{
    /// <summary>Says that an answer is that of an earlier request with the same key.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>What to do about a 503 of the database.</summary>
    public const string Advice =
        "Repeat the request with the same Idempotency-Key: whether or not this one was accepted, the message is sent once. Without a key, "
        + "ask GET /notifications/messages first whether it was accepted.";

    /// <summary>202 where there is a message, 409 where the key or the number is taken otherwise, 422 where the number takes none.</summary>
    public static Results<Accepted<Message>, ProblemHttpResult> Answer(this AcceptedMessage accepted, HttpResponse response)
    {
        switch (accepted)
        {
            case { Acceptance: Acceptance.Replayed, Message: { } earlier }:
                response.Headers[ReplayedHeader] = "true";
                return TypedResults.Accepted(MessageEndpoints.PathOf(earlier.Id), earlier);
            case { Acceptance: Acceptance.Accepted, Message: { } message }:
                return TypedResults.Accepted(MessageEndpoints.PathOf(message.Id), message);
            default:
                return Refusal(accepted);
        }
    }

    /// <summary>422 with the problems by field.</summary>
    public static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors)
        {
            Title = "The message cannot be sent as it is",
            Detail = "See errors for each field.",
            Status = StatusCodes.Status422UnprocessableEntity,
        });

    private static ProblemHttpResult Refusal(AcceptedMessage accepted) => accepted.Acceptance switch
    {
        Acceptance.Conflict => TypedResults.Problem(
            title: "The idempotency key belongs to another message",
            detail: accepted.Message is { } earlier
                ? $"This Idempotency-Key was sent with other content before, as message {earlier.Id}. Use a new key for a new message."
                : "This Idempotency-Key was sent with other content before. Use a new key for a new message.",
            statusCode: StatusCodes.Status409Conflict),
        Acceptance.Suppressed => TypedResults.Problem(
            title: "The number wants no messages",
            detail: accepted.Reason is null or "stop" or "provider"
                ? "The recipient has opted out of messages from this sender. START, sent from the phone, lifts that."
                : $"An operator has suppressed the number ({accepted.Reason}). DELETE /notifications/suppressions lifts that.",
            statusCode: StatusCodes.Status409Conflict),
        Acceptance.NumberRefused => Invalid(new()
        {
            ["to"] = [accepted.Reason ?? "The provider has said for good that this number takes no messages."],
        }),
        _ => throw new InvalidOperationException($"A message that is {accepted.Acceptance} must be there."),
    };
}
