using Npgsql;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>
/// What there is: the backups that storage holds, and the runs without a backup that the table knows. Storage wins, and
/// suffices: while the database is down, its backups are what one looks for.
/// </summary>
internal sealed partial class BackupCatalogue(BackupShelves shelves, RunStore store, ILogger<BackupCatalogue> logger)
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Everything, newest first.</summary>
    /// <exception cref="StorageException">No destination can be read.</exception>
    public async Task<CatalogueListing> ListAsync(CancellationToken cancellationToken)
    {
        // The table first: a run that ends in between is then in storage as well, not in neither
        var runs = await RunsAsync(cancellationToken);
        var listing = await shelves.LookAsync(cancellationToken);
        var backups = listing.Copies.GroupBy(copy => copy.Name).ToList();
        var ids = backups.Select(copies => copies.Key.Id).ToHashSet();
        var triggers = runs is null ? None : await TriggersAsync(ids, cancellationToken);
        return new(
            [
                .. backups.Select(copies => BackupSummary.Of([.. copies], triggers.GetValueOrDefault(copies.Key.Id)))
                    .Concat((runs ?? []).Where(run => !ids.Contains(run.Id)).Select(BackupSummary.Of))
                    .OrderByDescending(summary => summary.StartedAt),
            ],
            listing.NotRead);
    }

    /// <summary>One backup by id or name, or one run by id.</summary>
    /// <exception cref="StorageException">No destination can be read.</exception>
    public async Task<BackupDetails?> FindAsync(string idOrName, CancellationToken cancellationToken)
    {
        if (await StoredAsync(idOrName, cancellationToken) is { } backup)
        {
            return backup;
        }

        var run = (await RunsAsync(cancellationToken))?.FirstOrDefault(run => run.Id == idOrName);
        // It may have ended between the two looks
        return await StoredAsync(idOrName, cancellationToken) ?? (run is null ? null : BackupDetails.Of(BackupSummary.Of(run), null));
    }

    private async Task<BackupDetails?> StoredAsync(string idOrName, CancellationToken cancellationToken) =>
        await shelves.FindAsync(idOrName, cancellationToken) is [var best, ..] copies
            ? BackupDetails.Of(
                BackupSummary.Of(copies, (await TriggersAsync([best.Name.Id], cancellationToken)).GetValueOrDefault(best.Name.Id)), best.Manifest)
            : null;

    /// <returns>Nothing if the database cannot be asked.</returns>
    private Task<IReadOnlyList<BackupRun>?> RunsAsync(CancellationToken cancellationToken) =>
        TryAsync<IReadOnlyList<BackupRun>>(() => store.WithoutBackupAsync(cancellationToken));

    private async Task<IReadOnlyDictionary<string, string>> TriggersAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        await TryAsync(() => store.TriggersAsync(ids, cancellationToken)) ?? None;

    private async Task<T?> TryAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            // The command line against a database that the service never ran on, or ran on in an older version
            return null;
        }
        catch (NpgsqlException exception)
        {
            Log.StorageAlone(logger, exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The database cannot be asked for its runs; listing stored backups alone: {Reason}")]
        public static partial void StorageAlone(ILogger logger, string reason);
    }
}
