using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Verifications.Checking;
using ProdReady.Notifications.Verifications.Limits;
using ProdReady.Notifications.Verifications.Sending;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Verifications;

/// <summary><c>/notifications/verifications</c>.</summary>
internal static class VerificationEndpoints
{
    /// <summary>The scope that all of them ask for.</summary>
    public const string Scope = "notifications:verify";

    private const string Root = "/notifications/verifications";

    public static void MapVerifications(this IEndpointRouteBuilder endpoints)
    {
        var verifications = endpoints.MapGroup(Root).RequireScope(Scope);
        verifications.MapPost("/", StartAsync)
            .WithSummary("Send a verification code")
            .AnswerWhileDatabaseIsAway("Repeat the request with the same Idempotency-Key: whether or not this one was taken, one code is sent.");
        verifications.MapPost("/{id:guid}/check", CheckAsync)
            .WithSummary("Check a verification code")
            .AnswerWhileDatabaseIsAway("The attempt may count. Check again; after an approval whose answer was lost, the result is used.");
        verifications.MapPost("/{id:guid}/resend", ResendAsync)
            .WithSummary("Send a verification's code again")
            .AnswerWhileDatabaseIsAway("The code may be on its way: a repetition within the cool-down is refused.");
        verifications.MapGet("/{id:guid}", GetAsync)
            .WithSummary("Read a verification, without its code")
            .AnswerWhileDatabaseIsAway("Repeat the request.");
        verifications.MapGet("/blocked-prefixes", ListBlocksAsync)
            .WithSummary("List where no codes go, because hardly any came back")
            .AnswerWhileDatabaseIsAway("Repeat the request.");
        verifications.MapDelete("/blocked-prefixes/{prefix}", LiftBlockAsync)
            .WithSummary("Let codes go to a prefix or country again")
            .AnswerWhileDatabaseIsAway("Repeat the request.");
    }

    private static async Task<Results<Accepted<VerificationAnswer>, ProblemHttpResult>> StartAsync(
        VerificationRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? idempotencyKey,
        ClaimsPrincipal caller,
        IOptions<VerificationOptions> options,
        IOptions<SendingOptions> sending,
        ICodeSender sender,
        VerificationSends sends,
        TimeProvider time,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (sender.MissingForSends is { } missing)
        {
            return VerificationProblems.NotConfigured(missing);
        }

        IReadOnlySet<string>?[] countries = [options.Value.AllowedCountries(), sending.Value.AllowedCountries()];
        return request.Read(CallerKey.Of(caller, idempotencyKey), options.Value.CodeLength, countries, out var verification) is { Count: > 0 } errors
            ? VerificationProblems.Invalid(errors)
            : Answer(await sends.StartAsync(verification!, cancellationToken), time, response);
    }

    private static async Task<Results<Accepted<VerificationAnswer>, ProblemHttpResult>> ResendAsync(
        Guid id,
        ResendRequest? request,
        ICodeSender sender,
        VerificationStore store,
        VerificationSends sends,
        TimeProvider time,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (sender.MissingForSends is { } missing)
        {
            return VerificationProblems.NotConfigured(missing);
        }

        string? client = null;
        if (request?.Read(out client) is { Count: > 0 } errors)
        {
            return VerificationProblems.Invalid(errors);
        }

        return await store.FindAsync(id, cancellationToken) is { } verification
            ? Answer(await sends.ResendAsync(verification, client, cancellationToken), time, response)
            : VerificationProblems.NotFound();
    }

    private static async Task<Results<Ok<CheckAnswer>, ProblemHttpResult>> CheckAsync(
        Guid id, CheckRequest request, ICodeSender sender, CodeChecks checks, HttpResponse response, CancellationToken cancellationToken)
    {
        if (sender.MissingForChecks is { } missing)
        {
            return VerificationProblems.NotConfigured(missing);
        }

        if (request.Read(out var code) is { Count: > 0 } errors)
        {
            return VerificationProblems.Invalid(errors);
        }

        return await checks.CheckAsync(id, code, request.Number, request.Purpose, cancellationToken) switch
        {
            CheckOutcome.Checked done => TypedResults.Ok(new CheckAnswer(done.Result, done.AttemptsLeft)),
            CheckOutcome.Unavailable unavailable => VerificationProblems.Failed(
                "The code was not checked",
                "Whether it is right cannot be said now; the service's log says why. The attempt counts; check again.",
                unavailable.RetryAfter,
                response),
            _ => VerificationProblems.NotFound(),
        };
    }

    private static async Task<Results<Ok<VerificationAnswer>, ProblemHttpResult>> GetAsync(
        Guid id, VerificationStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } verification
            ? TypedResults.Ok(VerificationAnswer.Of(verification, time.GetUtcNow()))
            : VerificationProblems.NotFound();

    private static async Task<Ok<BlockedPrefixes>> ListBlocksAsync(BlockStore blocks, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(new BlockedPrefixes(await blocks.ListAsync(time.GetUtcNow(), cancellationToken)));

    private static async Task<Results<NoContent, ProblemHttpResult>> LiftBlockAsync(
        string prefix, BlockStore blocks, TimeProvider time, CancellationToken cancellationToken)
    {
        // A plus in a path is a plus, but not everybody's client knows
        var known = prefix.Trim().ToUpperInvariant();
        return await blocks.LiftAsync(char.IsAsciiDigit(known.FirstOrDefault()) ? $"+{known}" : known, time.GetUtcNow(), cancellationToken)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                title: "It is not blocked",
                detail: "GET /notifications/verifications/blocked-prefixes lists what is.",
                statusCode: StatusCodes.Status404NotFound);
    }

    private static Results<Accepted<VerificationAnswer>, ProblemHttpResult> Answer(StartResult result, TimeProvider time, HttpResponse response)
    {
        switch (result)
        {
            case StartResult.Conflict conflict:
                return VerificationProblems.Conflict(conflict.EarlierId);
            case StartResult.Refused refused:
                return VerificationProblems.Refused(refused.Refusal, response);
            case StartResult.Failed { Failure: var failure }:
                return VerificationProblems.Failed("The code was not sent", failure.Reason, failure.RetryAfter, response);
            case StartResult.Ended ended:
                return ended.Status is { } status ? VerificationProblems.Ended(status) : VerificationProblems.NotFound();
            case StartResult.Started started:
                if (started.IsReplay)
                {
                    response.Headers[AcceptanceAnswers.ReplayedHeader] = "true";
                }

                return TypedResults.Accepted(
                    $"{Root}/{started.Verification.Id}", VerificationAnswer.Of(started.Verification, time.GetUtcNow()));
            default:
                throw new InvalidOperationException($"There is no answer for {result.GetType().Name}.");
        }
    }
}

/// <summary>Where no codes go now.</summary>
internal sealed record BlockedPrefixes(IReadOnlyList<BlockedPrefix> Prefixes);
