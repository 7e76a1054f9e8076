using Npgsql;
using ProdReady.BackupWorker.Restoring;
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
        var (copies, unusable) = (listing.Copies.ToLookup(copy => copy.Name), listing.Unusable.ToLookup(manifest => manifest.Name));
        var names = copies.Concat<IGrouping<BackupName, object>>(unusable).Select(one => one.Key).Distinct().ToList();
        var ids = names.Select(name => name.Id).ToHashSet();
        var triggers = runs is null ? None : await TriggersAsync(ids, cancellationToken);
        return new(
            [
                .. names.Select(name => BackupSummary.Of(new([.. copies[name]], [.. unusable[name]], []), triggers.GetValueOrDefault(name.Id)))
                    .Concat((runs ?? []).Where(run => !ids.Contains(run.Id)).Select(BackupSummary.Of))
                    .OrderByDescending(summary => summary.StartedAt),
            ],
            listing.NotRead);
    }

    /// <summary>One backup by id or name, or one run by id.</summary>
    /// <returns>Nothing if there is none.</returns>
    /// <exception cref="StorageException">No destination can be read, or not the one that may hold it, and no run is known that made none.</exception>
    public async Task<BackupDetails?> FindAsync(string idOrName, CancellationToken cancellationToken)
    {
        try
        {
            if (await StoredAsync(await shelves.LookForAsync(idOrName, cancellationToken), cancellationToken) is { } backup)
            {
                return backup;
            }
        }
        catch (StorageException)
        {
            // Whoever follows a run is told how it failed, be it that the places of its backup are what failed
            if (await RunAsync(idOrName, cancellationToken) is not { } failed)
            {
                throw;
            }

            return BackupDetails.Of(BackupSummary.Of(failed), null);
        }

        var run = await RunAsync(idOrName, cancellationToken);
        // It may have ended between the two looks
        var listing = await shelves.LookForAsync(idOrName, cancellationToken);
        return await StoredAsync(listing, cancellationToken)
            ?? (run is not null ? BackupDetails.Of(BackupSummary.Of(run), null)
                : listing.NotRead.Count == 0 ? null
                : throw new StorageException(NoBackup.Of(new(idOrName, null), listing, "", shelves.Locations).Message));
    }

    private async Task<BackupRun?> RunAsync(string id, CancellationToken cancellationToken) =>
        (await RunsAsync(cancellationToken))?.FirstOrDefault(run => run.Id == id);

    private async Task<BackupDetails?> StoredAsync(BackupListing backup, CancellationToken cancellationToken)
    {
        if (backup.IsEmpty)
        {
            return null;
        }

        var best = backup.Copies is [var copy, ..] ? copy : null;
        var id = (best?.Name ?? backup.Unusable[0].Name).Id;
        return BackupDetails.Of(BackupSummary.Of(backup, (await TriggersAsync([id], cancellationToken)).GetValueOrDefault(id)), best?.Manifest);
    }

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
