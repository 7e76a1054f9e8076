using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary><c>/backups</c>: start, list, look at.</summary>
internal static class BackupEndpoints
{
    public static IEndpointRouteBuilder MapBackups(this IEndpointRouteBuilder endpoints)
    {
        var backups = endpoints.MapGroup("/backups").AnswerWhileAway();
        backups.MapPost("", StartAsync).RequireScope(BackupScopes.Run).WithSummary("Start a backup");
        backups.MapGet("", ListAsync).TellNotRead().RequireScope(BackupScopes.Read)
            .WithSummary("List the backups, and the runs without one, newest first");
        backups.MapGet("{id}", ShowAsync).RequireScope(BackupScopes.Read).WithSummary("Show a backup or a run");
        return endpoints;
    }

    private static async Task<Results<Accepted<BackupsStarted>, ProblemHttpResult>> StartAsync(
        string? database,
        BackupSources sources,
        RunStarter starter,
        RunQueue queue,
        CancellationToken cancellationToken)
    {
        var databases = sources.All();
        if (database is not null && (databases = [.. databases.Where(source => source.Database == database)]).Count == 0)
        {
            return TypedResults.Problem(
                $"'{database}' is not among the databases that are backed up (Backups:Databases).",
                statusCode: StatusCodes.Status404NotFound,
                title: "No such database");
        }

        return await starter.TryStartAsync(RunTrigger.Request, databases, cancellationToken) switch
        {
            StartOutcome.Started { Runs: var runs } => await EnqueueAsync(runs, queue),
            StartOutcome.Busy { RunningId: { } id } => TypedResults.Problem(
                $"Backup {id} is under way. Look at /backups/{id}, and start another one when it has ended.",
                statusCode: StatusCodes.Status409Conflict,
                title: "A backup is already running",
                extensions: new Dictionary<string, object?> { ["runningId"] = id }),
            _ => TypedResults.Problem(
                "Another process holds the lock. Start another one when it has ended.",
                statusCode: StatusCodes.Status409Conflict,
                title: "A backup is already running"),
        };
    }

    private static async Task<Results<Ok<IReadOnlyList<BackupSummary>>, ProblemHttpResult>> ListAsync(
        string? database, string? status, BackupCatalogue catalogue, HttpResponse response, CancellationToken cancellationToken)
    {
        if (status is not null && !RunStatus.All.Contains(status))
        {
            return BackupProblems.Invalid(new() { ["status"] = [$"It is none of {string.Join(", ", RunStatus.All)}."] });
        }

        var listing = await catalogue.ListAsync(cancellationToken);
        response.Tell(listing.NotRead);
        return TypedResults.Ok(BackupSummary.Filter(listing.Backups, database, status));
    }

    private static async Task<Results<Ok<BackupDetails>, ProblemHttpResult>> ShowAsync(
        string id, BackupCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.FindAsync(id, cancellationToken) is { } details
            ? TypedResults.Ok(details)
            : BackupProblems.NotFound($"There is no backup and no run '{id}'. GET /backups lists them.");

    private static async Task<Results<Accepted<BackupsStarted>, ProblemHttpResult>> EnqueueAsync(StartedRuns runs, RunQueue queue)
    {
        if (queue.TryAdd(runs))
        {
            return TypedResults.Accepted(
                runs.Runs is [var only] ? $"/backups/{only.Id}" : "/backups",
                new BackupsStarted([.. runs.Runs.Select(run => new BackupStarted(run.Id, run.Database, RunStatus.Waiting, run.StartedAt))]));
        }

        await runs.DisposeAsync();
        return TypedResults.Problem(
            "The service is shutting down. Try again in a moment.",
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "No backup was started");
    }

    /// <summary>The backups that were started, one for each database.</summary>
    internal sealed record BackupsStarted(IReadOnlyList<BackupStarted> Backups);

    /// <summary>A backup that was started.</summary>
    internal sealed record BackupStarted(string Id, string Database, string Status, DateTimeOffset StartedAt);
}
