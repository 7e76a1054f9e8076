using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Operations;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Restoring;

/// <summary><c>/backups/restores</c>.</summary>
internal static class RestoreEndpoints
{
    public static IEndpointRouteBuilder MapRestores(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/backups/restores", StartAsync)
            .AnswerWhileAway()
            .RequireScope(BackupScopes.Restore)
            .WithSummary("Restore a backup into a new database and compare the rows of every table");
        return endpoints;
    }

    private static async Task<Results<Accepted<OperationView>, ProblemHttpResult>> StartAsync(
        NewRestore restore,
        BackupSources sources,
        BackupShelves shelves,
        RestoreHandler restores,
        OperationRegister operations,
        CancellationToken cancellationToken)
    {
        var errors = Errors(restore, out var choice);
        if (errors.Count > 0)
        {
            return BackupProblems.Invalid(errors);
        }

        var database = restore.Database ?? sources.All()[0].Database;
        var listing = await shelves.LookAsync(cancellationToken);
        if (choice.Find(listing.Copies, database) is not [var found, ..])
        {
            return NoBackup.Of(choice, listing, database, shelves.Locations).Answer();
        }

        var manifest = found.Manifest;
        var into = restore.Into!;
        if (restore.Swap && into == manifest.Database)
        {
            return BackupProblems.Invalid(new() { ["into"] = [DatabaseSwap.SameName(into)] });
        }

        var target = new TargetDatabase(sources.Find(manifest.Database) ?? sources.Home, into);
        await using (var server = await target.OpenServerAsync(cancellationToken))
        {
            if (await target.ExistsAsync(server, cancellationToken))
            {
                return BackupProblems.Conflict(
                    "The database exists", $"The database '{into}' exists and was not touched: a restore always creates a new one. Name another.");
            }
        }

        var request = new RestoreRequest(manifest.Id, into, WithRoles: restore.WithRoles, Swap: restore.Swap, AcceptUnproved: restore.AcceptUnproved);
        return OperationEndpoints.Answer(operations.TryStart(OperationKind.Restore, manifest.Id, async (operation, token) =>
        {
            await restores.TellOfNewerAsync(choice, database, found.Name, operation.Progress, token);
            var result = await restores.RestoreAsync(request, operation.Progress, token);
            return new(result.Verdict == RestoreVerdict.Restored ? null : result.Message, Restore: result);
        }));
    }

    private static Dictionary<string, string[]> Errors(NewRestore restore, out BackupChoice choice)
    {
        var errors = new Dictionary<string, string[]>();
        choice = new("", null);
        if (string.IsNullOrWhiteSpace(restore.Backup))
        {
            errors["backup"] = [$"Name a backup by its id, or by '{BackupChoice.Latest}' or before:TIME."];
        }
        else if (BackupChoice.TryParse(restore.Backup, out choice) is { } mistake)
        {
            errors["backup"] = [mistake];
        }

        if (TargetDatabase.WhyNot(restore.Into ?? "") is { } reason)
        {
            errors["into"] = [reason];
        }

        return errors;
    }
}
