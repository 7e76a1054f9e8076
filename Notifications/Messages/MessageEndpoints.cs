using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Messages;

/// <summary>Reading messages, and taking them back.</summary>
internal static class MessageEndpoints
{
    /// <summary>The scope that reading asks for.</summary>
    public const string ReadScope = "notifications:read";

    private const string CancelScope = "notifications:send";
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    /// <summary>Wires the messages up.</summary>
    public static IHostApplicationBuilder AddMessages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MessageMetrics>();
        builder.Services.AddSingleton<MessageReader>();
        builder.Services.AddSingleton<MessageCipher>();
        builder.Services.AddSingleton<MessageIntake>();
        builder.Services.AddSingleton<Cancellation>();
        return builder;
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapMessages(this IEndpointRouteBuilder endpoints)
    {
        var messages = endpoints.MapGroup("/notifications/messages").AnswerWhileDatabaseIsAway("Try again.");
        messages.MapGet("", ListAsync).WithSummary("Search messages, the newest first").RequireScope(ReadScope);
        messages.MapGet("/{id:guid}", GetAsync).WithSummary("Show a message with every state that it was in").RequireScope(ReadScope);
        messages.MapPost("/{id:guid}/cancel", CancelAsync).WithSummary("Take a message back that is not sent yet").RequireScope(CancelScope);
    }

    /// <summary>Where a message can be read.</summary>
    public static string PathOf(Guid id) => $"/notifications/messages/{id}";

    private static async Task<Results<Ok<MessagePage>, ProblemHttpResult>> ListAsync(
        [AsParameters] MessageQuery query,
        MessageReader messages,
        CancellationToken cancellationToken,
        string? cursor = null,
        int limit = DefaultLimit)
    {
        var (filter, errors) = query.Read();
        Guid? before = null;
        if (cursor is not null)
        {
            if (Guid.TryParseExact(cursor, "N", out var id))
            {
                before = id;
            }
            else
            {
                errors["cursor"] = ["It is not the next of an earlier answer."];
            }
        }

        if (limit is < 1 or > MaxLimit)
        {
            errors["limit"] = [$"It is not between 1 and {MaxLimit}."];
        }

        if (errors.Count > 0)
        {
            return TypedResults.Problem(new HttpValidationProblemDetails(errors)
            {
                Title = "The search cannot be done as it is",
                Detail = "See errors for each parameter.",
                Status = StatusCodes.Status422UnprocessableEntity,
            });
        }

        // One more tells whether there is another page
        var found = await messages.ListAsync(filter, before, limit + 1, cancellationToken);
        var page = found.Take(limit).ToList();
        return TypedResults.Ok(new MessagePage(page, found.Count > limit ? page[^1].Id.ToString("N") : null));
    }

    private static async Task<Results<Ok<Message>, ProblemHttpResult>> GetAsync(
        Guid id, MessageReader messages, CancellationToken cancellationToken) =>
        await messages.FindAsync(id, cancellationToken) is { } message ? TypedResults.Ok(message) : NotFound(id);

    private static async Task<Results<Ok<Message>, ProblemHttpResult>> CancelAsync(
        Guid id, Cancellation cancellation, MessageReader messages, CancellationToken cancellationToken)
    {
        var isCanceled = await cancellation.CancelAsync(id, cancellationToken);
        return await messages.FindAsync(id, cancellationToken) switch
        {
            null => NotFound(id),
            // Again is as good as the first time
            { Status: MessageStatus.Canceled } canceled => TypedResults.Ok(canceled),
            { } message when isCanceled => TypedResults.Ok(message),
            { } message => TypedResults.Problem(
                title: "The message cannot be taken back",
                detail: $"It is {message.Status}. Only one that is {MessageStatus.Accepted} or {MessageStatus.Scheduled} can be.",
                statusCode: StatusCodes.Status409Conflict),
        };
    }

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(Guid id) => TypedResults.Problem(
        title: "Message not found", detail: $"There is no message {id}.", statusCode: StatusCodes.Status404NotFound);
}
