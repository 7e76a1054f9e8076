using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Storage;

/// <summary>All destinations.</summary>
internal sealed partial class BackupShelves(
    BackupDestinations destinations, ManifestFiles manifests, ManifestCache catalogue, ILogger<BackupShelf> shelfLogger, ILogger<BackupShelves> logger)
{
    /// <summary>Each of them, in the order of the settings.</summary>
    public IReadOnlyList<BackupShelf> All { get; } = [.. destinations.All.Select(storage => new BackupShelf(storage, manifests, shelfLogger, catalogue))];

    /// <summary>Where backups are, for people.</summary>
    public string Locations => string.Join(" and ", destinations.All.Select(storage => storage.Location));

    /// <summary>Every copy of every backup, newest first; a destination that cannot be read is told in the log and left out.</summary>
    /// <exception cref="StorageException">None of them can be read.</exception>
    public async Task<IReadOnlyList<StoredBackup>> ListAsync(CancellationToken cancellationToken)
    {
        var backups = new List<StoredBackup>();
        var failures = new List<StorageException>();
        foreach (var shelf in All)
        {
            try
            {
                backups.AddRange(await shelf.ListAsync(cancellationToken));
            }
            catch (StorageException exception)
            {
                Log.Unreadable(logger, shelf.Name, exception.Message);
                failures.Add(exception);
            }
        }

        return failures.Count == All.Count
            ? throw new StorageException(string.Join(' ', failures.Select(failure => failure.Message)), failures[0])
            : [.. backups.OrderByDescending(backup => backup.Name.StartedAt)];
    }

    /// <summary>The copies of one backup, by its id or its whole name, or of the newest one (<c>latest</c>); the good ones first.</summary>
    public async Task<IReadOnlyList<StoredBackup>> FindAsync(string idOrName, CancellationToken cancellationToken)
    {
        var copies = await ListAsync(cancellationToken);
        var meant = idOrName == BackupChoice.Latest
            ? copies is [var newest, ..] ? newest.Name : null
            : copies.FirstOrDefault(copy => copy.Name.Id == idOrName || copy.Name.ToString() == idOrName)?.Name;
        return [.. copies.Where(copy => copy.Name == meant).OrderBy(copy => copy.State)];
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The backups of the destination {Name} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string name, string reason);
    }
}
