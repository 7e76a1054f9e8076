using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Sms;

/// <summary><c>POST /notifications/sms</c>.</summary>
internal static class SmsEndpoints
{
    /// <summary>The scope that sending asks for.</summary>
    public const string SendScope = "notifications:send";

    /// <summary>Says that an answer is that of an earlier request with the same key.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    public static void MapSms(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/notifications/sms", SendAsync)
            .WithSummary("Send an SMS")
            .RequireScope(SendScope)
            .AnswerWhileDatabaseIsAway(
                "Repeat the request with the same Idempotency-Key: whether or not this one was accepted, the message is sent once.");

    /// <summary>Answers when the message is committed; what becomes of it is at its <c>Location</c>.</summary>
    private static async Task<Results<Accepted<Message>, ProblemHttpResult>> SendAsync(
        SmsRequest request,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        HttpContext context,
        IOptions<TwilioOptions> twilio,
        MessageStore store,
        SendSignal signal,
        NotificationMetrics metrics,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!twilio.Value.IsConfigured)
        {
            return NotConfigured();
        }

        var errors = request.Validate(idempotencyKey, out var number);
        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        var (acceptance, message) = await store.AddAsync(
            new(
                Guid.CreateVersion7(time.GetUtcNow()),
                number,
                request.Body!,
                idempotencyKey,
                request.ContentHash(number),
                CorrelationId.Of(context),
                Activity.Current?.Id),
            cancellationToken);
        switch (acceptance)
        {
            case Acceptance.Conflict:
                return Conflict(message);
            case Acceptance.Replayed:
                context.Response.Headers[ReplayedHeader] = "true";
                break;
            default:
                metrics.Accepted();
                signal.Set();
                break;
        }

        return TypedResults.Accepted(MessageEndpoints.PathOf(message.Id), message);
    }

    private static ProblemHttpResult NotConfigured() => TypedResults.Problem(
        title: "SMS is not configured",
        detail: $"The service has no Twilio account to send by. Set {TwilioOptions.RequiredSettings}, and start it again.",
        statusCode: StatusCodes.Status503ServiceUnavailable);

    private static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors)
        {
            Title = "The message cannot be sent as it is",
            Detail = "See errors for each field.",
            Status = StatusCodes.Status422UnprocessableEntity,
        });

    private static ProblemHttpResult Conflict(Message earlier) => TypedResults.Problem(
        title: "The idempotency key belongs to another message",
        detail: $"This Idempotency-Key was sent with another number or text before, as message {earlier.Id}. "
            + "Use a new key for a new message.",
        statusCode: StatusCodes.Status409Conflict);
}
