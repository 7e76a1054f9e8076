using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Notifications.Messages;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Settling;

/// <summary>How an operator ends a message of unknown fate of which the provider cannot be asked.</summary>
internal static class SettlementEndpoints
{
    /// <summary>Of its own: who sends must not be able to have a message sent twice.</summary>
    private const string Scope = "notifications:admin";

    /// <summary>Adds what that needs.</summary>
    public static IHostApplicationBuilder AddSettlement(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SettlementStore>();
        return builder;
    }

    /// <summary>Maps the endpoint.</summary>
    public static void MapSettlement(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/notifications/messages/{id:guid}/settle", SettleAsync)
            .WithSummary("Settle a message of unknown fate by hand")
            .WithDescription(
                "For a message that stays unknown because its provider cannot be asked. outcome is sent, not-sent (it fails), or resend (it is "
                + "sent again while its time is not over). note says how that is known; it is kept in the message's events with who did it.")
            .RequireScope(Scope)
            .AnswerWhileDatabaseIsAway("Send it again: that is safe.");

    private static async Task<Results<Ok<Message>, ProblemHttpResult>> SettleAsync(
        Guid id,
        SettleRequest request,
        SettlementStore store,
        MessageReader messages,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken)
    {
        if (request.Read(id, caller.KeyId(), out var settlement) is { Count: > 0 } errors)
        {
            return TypedResults.Problem(new HttpValidationProblemDetails(errors)
            {
                Title = "The message cannot be settled as it is asked for",
                Detail = "See errors for each field.",
                Status = StatusCodes.Status422UnprocessableEntity,
            });
        }

        var (verdict, status) = await store.SettleAsync(settlement, cancellationToken);
        return verdict switch
        {
            SettlementVerdict.Settled or SettlementVerdict.Repeated when await messages.FindAsync(id, cancellationToken) is { } message =>
                TypedResults.Ok(message),
            SettlementVerdict.NotUnknown => Conflict($"It is {status}. Only one that is {MessageStatus.Unknown} can be."),
            SettlementVerdict.OtherAttempt => Conflict(
                $"It is {status}, and its last send is another one than {settlement.Attempt}. Look at the message again."),
            SettlementVerdict.IdTaken => Conflict($"{settlement.ProviderId} is the provider's id of another message, or of another send of this one."),
            SettlementVerdict.Over => Conflict("Its time is over, so that it would not be sent. Settle it as not-sent, and send a new message."),
            _ => MessageEndpoints.NotFound(id),
        };
    }

    private static ProblemHttpResult Conflict(string detail) => TypedResults.Problem(
        title: "The message cannot be settled", detail: detail, statusCode: StatusCodes.Status409Conflict);
}
