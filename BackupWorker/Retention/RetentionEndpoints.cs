using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Retention;

/// <summary><c>/backups/retention</c>.</summary>
internal static class RetentionEndpoints
{
    public static IEndpointRouteBuilder MapRetention(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/backups/retention/prune", PruneAsync)
            .AnswerWhileAway()
            .TellNotRead()
            .RequireScope(BackupScopes.Run)
            .WithSummary("Remove the backups that no rule keeps, or say with dryRun=true which ones would go, and why");
        return endpoints;
    }

    private static async Task<Results<Ok<IReadOnlyList<PrunedCopy>>, ProblemHttpResult>> PruneAsync(
        Pruner pruner, BackupSources sources, HttpResponse response, CancellationToken cancellationToken, bool dryRun = false)
    {
        if (dryRun)
        {
            return Answer(await pruner.PlanAsync(cancellationToken), response);
        }

        await using var held = await RunLock.TryTakeAsync(sources.Home, RunLock.Backups, cancellationToken);
        return held is null
            ? BackupProblems.Conflict("A backup is already running", "A backup is under way; it removes old ones when it ends.")
            : Answer(await pruner.PruneAsync(cancellationToken), response);
    }

    private static Ok<IReadOnlyList<PrunedCopy>> Answer(RetentionOutcome outcome, HttpResponse response)
    {
        response.Tell(outcome.NotRead);
        return TypedResults.Ok<IReadOnlyList<PrunedCopy>>([.. outcome.Removals.Select(PrunedCopy.Of)]);
    }
}
