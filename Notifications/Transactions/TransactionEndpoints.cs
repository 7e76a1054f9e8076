using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Transactions;

/// <summary><c>POST /notifications/transactions</c>: an SMS whose text is always a template's.</summary>
internal static class TransactionEndpoints
{
    /// <summary>What idempotency keys are bound to, besides the content.</summary>
    private const string Endpoint = "transactions";

    public static void MapTransactions(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/notifications/transactions", SendAsync)
            .WithSummary("Send a message made of a template")
            .WithDescription(
                "202 means that the message is committed; its Location says what becomes of it. Templates that allow it wait until it is "
                + "day where the number is at home. With dryRun=true nothing is sent, and the answer tells text, segments, estimated cost and "
                + "when it would be sent.")
            .RequireScope(SmsEndpoints.SendScope)
            .AnswerWhileDatabaseIsAway(AcceptanceAnswers.Advice);

    private static Task<Results<Accepted<Message>, Ok<SmsEstimate>, ProblemHttpResult>> SendAsync(
        TransactionRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? idempotencyKey,
        ClaimsPrincipal caller,
        HttpResponse response,
        SmsSubmission submission,
        CancellationToken cancellationToken,
        bool dryRun = false) =>
        submission.SubmitAsync(request.ToSms(), CallerKey.Of(caller, idempotencyKey), Endpoint, "type", dryRun, response, cancellationToken);
}
