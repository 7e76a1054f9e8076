using System.Net.Mime;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Webhooks.Audit;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>How an operator looks at refused requests, and admits those that were refused by mistake.</summary>
internal static class QuarantineEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static IEndpointRouteBuilder MapQuarantine(this IEndpointRouteBuilder webhooks)
    {
        var quarantine = webhooks.MapGroup("/quarantine").AnswerWhileDatabaseIsAway("Send it again: that is safe.");
        quarantine.MapGet("/", ListAsync).RequireScope("webhooks:read").WithSummary("List refused requests, newest first");
        quarantine.MapGet("/{id:guid}/body", GetBodyAsync).RequireScope("webhooks:read").WithSummary("A refused request's body")
            .Produces<Stream>(StatusCodes.Status200OK, MediaTypeNames.Application.Octet);
        quarantine.MapPost("/admit", AdmitAllAsync).RequireScope("webhooks:admin")
            .WithSummary("Judge a source's refused requests again, as of their receive time, and admit the genuine ones");
        quarantine.MapPost("/{id:guid}/admit", AdmitAsync).RequireScope("webhooks:admin")
            .WithSummary("Judge a refused request again, as of its receive time, and admit it if it is genuine");
        return webhooks;
    }

    private static async Task<Results<Ok<QuarantinePage>, ProblemHttpResult>> ListAsync(
        QuarantineStore store, CancellationToken cancellationToken, string? source = null, Guid? cursor = null, int limit = DefaultLimit)
    {
        if (source?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return InvalidSource(AuditLog.NoText);
        }

        var size = Math.Clamp(limit, 1, MaxLimit);
        var requests = await store.ListAsync(source?.ToLowerInvariant(), cursor, size + 1, cancellationToken);
        var page = requests.Take(size).ToList();
        return TypedResults.Ok(new QuarantinePage(page, requests.Count > size ? page[^1].Id : null));
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> GetBodyAsync(
        Guid id, QuarantineStore store, HttpResponse response, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(id, cancellationToken) is not { } found)
            {
                return NotFound();
            }

            response.Headers.XContentTypeOptions = "nosniff";
            return TypedResults.Bytes(found.Body.ToArray(), MediaTypeNames.Application.Octet);
        }
        catch (SealedForOtherKeyException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status500InternalServerError);
        }
    }

    private static async Task<Results<Ok<AdmittedAnswer>, ProblemHttpResult>> AdmitAsync(
        Guid id,
        AdmitRequest request,
        QuarantineStore store,
        QuarantineAdmission admission,
        AuditLog audit,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken)
    {
        QuarantinedRequest? found;
        try
        {
            found = await store.FindAsync(id, cancellationToken);
        }
        catch (SealedForOtherKeyException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status500InternalServerError);
        }

        if (found is null)
        {
            return NotFound();
        }

        var verdict = await admission.AdmitAsync(found, request.DryRun, cancellationToken);
        if (verdict.Refusal is { } reason)
        {
            return TypedResults.Problem(
                "By today's settings, and as of its receive time, it is still refused.",
                statusCode: StatusCodes.Status409Conflict,
                extensions: new Dictionary<string, object?> { ["reason"] = reason });
        }

        if (verdict.Stored is not { } stored)
        {
            return TypedResults.Ok(new AdmittedAnswer(null, false, DryRun: true));
        }

        // Also of a caller who has hung up
        await audit.AddAsync(
            new(caller.KeyId(), "quarantine.admit", $"{id}", request.Reason, stored.Duplicate ? 0 : 1), CancellationToken.None);
        return TypedResults.Ok(new AdmittedAnswer(stored.Id, stored.Duplicate, DryRun: false));
    }

    private static async Task<Results<Ok<AdmissionAnswer>, ProblemHttpResult>> AdmitAllAsync(
        AdmitRequest request,
        QuarantineStore store,
        QuarantineAdmission admission,
        AuditLog audit,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.Source))
        {
            return InvalidSource("Say whose requests to judge again.");
        }

        var (genuine, admitted, duplicates) = (0, 0, 0);
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        try
        {
            await JudgeAllAsync();
        }
        finally
        {
            // Also of what was admitted before the caller hung up, or the database went away
            if (!request.DryRun)
            {
                await audit.AddAsync(new(caller.KeyId(), "quarantine.admit", request.Source, request.Reason, admitted), CancellationToken.None);
            }
        }

        return TypedResults.Ok(new AdmissionAnswer(genuine, admitted, duplicates, refused, request.DryRun));

        async Task JudgeAllAsync()
        {
            // One after the other, and the oldest first: their positions say in which order they are delivered and read
            foreach (var id in await store.IdsAsync(request.Source.ToLowerInvariant(), cancellationToken))
            {
                var verdict = await JudgeAsync(id);
                genuine += verdict.Refusal is null ? 1 : 0;
                admitted += verdict.Stored is { Duplicate: false } ? 1 : 0;
                duplicates += verdict.Stored is { Duplicate: true } ? 1 : 0;
                if (verdict.Refusal is { } reason)
                {
                    refused[reason] = refused.GetValueOrDefault(reason) + 1;
                }
            }
        }

        async Task<AdmissionVerdict> JudgeAsync(Guid id)
        {
            try
            {
                return await store.FindAsync(id, cancellationToken) is { } found
                    ? await admission.AdmitAsync(found, request.DryRun, cancellationToken)
                    : new("gone");
            }
            catch (SealedForOtherKeyException)
            {
                return new("encrypted_with_other_key");
            }
        }
    }

    private static ProblemHttpResult InvalidSource(string problem) => TypedResults.Problem(
        new HttpValidationProblemDetails(new Dictionary<string, string[]> { ["source"] = [problem] }) { Status = StatusCodes.Status400BadRequest });

    private static ProblemHttpResult NotFound() => TypedResults.Problem(
        "There is no such refused request: it was admitted, is too old, or came again and has a new id.",
        statusCode: StatusCodes.Status404NotFound);
}
