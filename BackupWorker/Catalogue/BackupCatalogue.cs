using Npgsql;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>
/// What there is: the backups that storage holds, and the runs without a backup that the table knows. Storage wins, and
/// suffices: while the database is down, its backups are what one looks for.
/// </summary>
internal sealed partial class BackupCatalogue(BackupDirectory directory, RunStore store, ILogger<BackupCatalogue> logger)
{
    /// <summary>Everything, newest first.</summary>
    public async Task<IReadOnlyList<BackupSummary>> ListAsync(CancellationToken cancellationToken)
    {
        // The table first: a run that ends in between is then in storage as well, not in neither
        var runs = await RunsAsync(cancellationToken);
        var stored = directory.List();
        var ids = stored.Select(backup => backup.Manifest.Id).ToHashSet();
        return
        [
            .. stored.Select(BackupSummary.Of)
                .Concat(runs.Where(run => !ids.Contains(run.Id)).Select(BackupSummary.Of))
                .OrderByDescending(summary => summary.StartedAt),
        ];
    }

    /// <summary>One backup by id or name, or one run by id.</summary>
    public async Task<BackupDetails?> FindAsync(string idOrName, CancellationToken cancellationToken)
    {
        if (directory.Find(idOrName) is { } backup)
        {
            return BackupDetails.Of(BackupSummary.Of(backup), backup);
        }

        var run = (await RunsAsync(cancellationToken)).FirstOrDefault(run => run.Id == idOrName);
        if (run is null)
        {
            return null;
        }

        // It may have ended between the two looks
        return directory.Find(idOrName) is { } completed
            ? BackupDetails.Of(BackupSummary.Of(completed), completed)
            : BackupDetails.Of(BackupSummary.Of(run), null);
    }

    private async Task<IReadOnlyList<BackupRun>> RunsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await store.WithoutBackupAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // The command line against a database that the service never ran on
            return [];
        }
        catch (NpgsqlException exception)
        {
            Log.StorageAlone(logger, exception.Message);
            return [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The database cannot be asked for running and failed runs; listing stored backups alone: {Reason}")]
        public static partial void StorageAlone(ILogger logger, string reason);
    }
}
