using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Messages;

/// <summary><c>GET /notifications/messages/{id}</c>.</summary>
internal static class MessageEndpoints
{
    /// <summary>The scope that reading asks for.</summary>
    public const string ReadScope = "notifications:read";

    public static IHostApplicationBuilder AddMessages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MessageStore>();
        return builder;
    }

    public static void MapMessages(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/notifications/messages/{id:guid}", GetMessageAsync)
            .WithSummary("Show a message and what became of it")
            .RequireScope(ReadScope)
            .AnswerWhileDatabaseIsAway("Try again.");

    /// <summary>Where a message can be read.</summary>
    public static string PathOf(Guid id) => $"/notifications/messages/{id}";

    private static async Task<Results<Ok<Message>, ProblemHttpResult>> GetMessageAsync(
        Guid id, MessageStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } message
            ? TypedResults.Ok(message)
            : TypedResults.Problem(
                title: "Message not found", detail: $"There is no message {id}.", statusCode: StatusCodes.Status404NotFound);
}
