using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ProdReady.BackupWorker.Runs;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary><c>/backups</c>: start, list, look at.</summary>
internal static partial class BackupEndpoints
{
    private const string ReadScope = "backups:read";
    private const string RunScope = "backups:run";

    public static IEndpointRouteBuilder MapBackups(this IEndpointRouteBuilder endpoints)
    {
        var backups = endpoints.MapGroup("/backups");
        backups.MapPost("", StartAsync).RequireScope(RunScope).WithSummary("Start a backup");
        backups.MapGet("", ListAsync).RequireScope(ReadScope).WithSummary("List the backups");
        backups.MapGet("{id}", ShowAsync).RequireScope(ReadScope).WithSummary("Show a backup or a run");
        return endpoints;
    }

    private static async Task<Results<Accepted<BackupStarted>, ProblemHttpResult>> StartAsync(
        RunStarter starter, RunQueue queue, ILogger<RunWorker> logger, CancellationToken cancellationToken)
    {
        StartOutcome outcome;
        try
        {
            outcome = await starter.TryStartAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            Log.NotStarted(logger, exception.Message);
            return TypedResults.Problem(
                "No backup was started: the database does not answer or refuses. The service's log says why.",
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The database cannot be reached");
        }

        return outcome switch
        {
            StartOutcome.Started { Run: var run } => await EnqueueAsync(run, queue),
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

    private static async Task<Ok<IReadOnlyList<BackupSummary>>> ListAsync(BackupCatalogue catalogue, CancellationToken cancellationToken) =>
        TypedResults.Ok(await catalogue.ListAsync(cancellationToken));

    private static async Task<Results<Ok<BackupDetails>, ProblemHttpResult>> ShowAsync(
        string id, BackupCatalogue catalogue, CancellationToken cancellationToken) =>
        await catalogue.FindAsync(id, cancellationToken) is { } details
            ? TypedResults.Ok(details)
            : TypedResults.Problem(
                $"There is no backup and no run '{id}'. GET /backups lists them.",
                statusCode: StatusCodes.Status404NotFound,
                title: "No such backup");

    private static async Task<Results<Accepted<BackupStarted>, ProblemHttpResult>> EnqueueAsync(StartedRun run, RunQueue queue)
    {
        if (queue.TryAdd(run))
        {
            return TypedResults.Accepted($"/backups/{run.Id}", new BackupStarted(run.Id, run.Database, RunStatus.Running, run.StartedAt));
        }

        await run.DisposeAsync();
        return TypedResults.Problem(
            "The service is shutting down. Try again in a moment.",
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "No backup was started");
    }

    /// <summary>The answer to a backup that was started.</summary>
    internal sealed record BackupStarted(string Id, string Database, string Status, DateTimeOffset StartedAt);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "No backup was started: {Reason}")]
        public static partial void NotStarted(ILogger logger, string reason);
    }
}
