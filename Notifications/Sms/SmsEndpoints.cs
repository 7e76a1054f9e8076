using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Sms;

/// <summary><c>POST /notifications/sms</c> and <c>POST /notifications/sms/bulk</c>.</summary>
internal static class SmsEndpoints
{
    /// <summary>The scope that sending asks for.</summary>
    public const string SendScope = "notifications:send";

    private const string Single = "sms";
    private const string Bulk = "sms/bulk";
    private static readonly string[] NoSuchField = ["There is no such field."];

    /// <summary>Wires them up.</summary>
    public static IHostApplicationBuilder AddSms(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SmsAssembly>();
        builder.Services.AddSingleton<SmsSubmission>();
        return builder;
    }

    /// <summary>Maps them.</summary>
    public static void MapSms(this IEndpointRouteBuilder endpoints)
    {
        var sms = endpoints.MapGroup("/notifications/sms").RequireScope(SendScope).AnswerWhileDatabaseIsAway(AcceptanceAnswers.Advice);
        sms.MapPost("", SendAsync)
            .WithSummary("Send an SMS")
            .WithDescription(
                "202 means that the message is committed; its Location says what becomes of it. With dryRun=true nothing is sent, and "
                + "the answer tells encoding, segments and estimated cost.");
        sms.MapPost("/bulk", SendManyAsync)
            .WithSummary($"Send up to {BulkRequest.MaxMessages} SMS, each with its own outcome")
            .WithDescription("An Idempotency-Key stands for each message by its place: the same request again sends what is missing, and nothing twice.");
    }

    private static Task<Results<Accepted<Message>, Ok<SmsEstimate>, ProblemHttpResult>> SendAsync(
        SmsRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? idempotencyKey,
        ClaimsPrincipal caller,
        HttpResponse response,
        SmsSubmission submission,
        CancellationToken cancellationToken,
        bool dryRun = false) =>
        submission.SubmitAsync(request, CallerKey.Of(caller, idempotencyKey), Single, SmsAssembly.TemplateField, dryRun, response, cancellationToken);

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> SendManyAsync(
        BulkRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? idempotencyKey,
        ClaimsPrincipal caller,
        SendRoutes routes,
        SmsAssembly assembly,
        MessageIntake intake,
        CancellationToken cancellationToken)
    {
        if (!routes.Any)
        {
            return SmsSubmission.NotConfigured();
        }

        if (Problems(request, idempotencyKey) is { Count: > 0 } problems)
        {
            return AcceptanceAnswers.Invalid(problems);
        }

        var outcomes = new BulkOutcome[request.Messages!.Count];
        var good = new List<(int Place, NewMessage Message)>();
        foreach (var (place, message) in request.Messages.Index())
        {
            var key = CallerKey.Of(caller, idempotencyKey is null ? null : $"{idempotencyKey}:{place}");
            if (assembly.TryAssemble(message ?? new(null, null), MessageKind.Bulk, key, Bulk, out var sms, out var errors))
            {
                good.Add((place, sms.Message));
            }
            else
            {
                outcomes[place] = BulkOutcome.Invalid(place, errors);
            }
        }

        var accepted = await intake.AddAsync([.. good.Select(item => item.Message)], cancellationToken);
        foreach (var ((place, _), message) in good.Zip(accepted))
        {
            outcomes[place] = BulkOutcome.Of(place, message);
        }

        return TypedResults.Ok(new BulkAnswer(outcomes));
    }

    private static Dictionary<string, string[]> Problems(BulkRequest request, string? idempotencyKey)
    {
        var problems = (request.Unknown?.Keys ?? []).ToDictionary(name => name, _ => NoSuchField);
        if (request.Messages is not { Count: >= 1 and <= BulkRequest.MaxMessages })
        {
            problems["messages"] = [$"There must be 1 to {BulkRequest.MaxMessages} messages."];
        }

        // With room for the place of each message
        if (IdempotencyKeys.Problem(idempotencyKey is null ? null : $"{idempotencyKey}:{BulkRequest.MaxMessages}") is { } problem)
        {
            problems[IdempotencyKeys.Header] = [problem];
        }

        return problems;
    }
}
