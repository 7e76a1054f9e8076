using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Operations;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Drills;

/// <summary><c>/backups/drills</c>.</summary>
internal static class DrillEndpoints
{
    public static IEndpointRouteBuilder MapDrills(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/backups/drills", StartAsync)
            .AnswerWhileAway()
            .RequireScope(BackupScopes.Run)
            .WithSummary("Restore a backup into a throwaway database, compare it, and drop it");
        return endpoints;
    }

    private static async Task<Results<Accepted<OperationView>, ProblemHttpResult>> StartAsync(
        NewDrill? drill,
        BackupSources sources,
        BackupShelves shelves,
        DrillHandler drills,
        Deadlines deadlines,
        OperationRegister operations,
        CancellationToken cancellationToken)
    {
        if (BackupChoice.TryParse(drill?.Id ?? BackupChoice.Latest, out var choice) is { } mistake)
        {
            return BackupProblems.Invalid(new() { ["id"] = [mistake] });
        }

        var database = drill?.Database ?? sources.All()[0].Database;
        var listing = await shelves.LookAsync(cancellationToken);
        if (choice.Find(listing.Copies, database) is not [var found, ..])
        {
            return NoBackup.Of(choice, listing, database, shelves.Locations).Answer();
        }

        // The schedule's too, in whatever replica: drills clean up after each other
        var held = await RunLock.TryTakeAsync(sources.Home, RunLock.Drills, cancellationToken);
        if (held is null)
        {
            return BackupProblems.Conflict("Another one is under way", "A drill is under way, here or in another process. Start one when it has ended.");
        }

        var (id, origin) = (found.Manifest.Id, found.Manifest.Database);
        var start = operations.TryStart(OperationKind.Drill, id, async (operation, token) =>
        {
            await using (held)
            {
                using var deadline = deadlines.Begin(token);
                var result = await drills.DrillAsync(id, origin, operation.Progress, deadline);
                return new(result.Error, Drill: result);
            }
        });
        if (start is not OperationStart.Started)
        {
            await held.DisposeAsync();
        }

        return OperationEndpoints.Answer(start);
    }
}
