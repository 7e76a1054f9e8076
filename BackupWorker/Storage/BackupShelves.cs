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
    public async Task<IReadOnlyList<StoredBackup>> ListAsync(CancellationToken cancellationToken) => (await LookAsync(cancellationToken)).Copies;

    /// <summary>The same, with what could not be looked at, for whoever must not take that for good.</summary>
    /// <exception cref="StorageException">None of them can be read.</exception>
    public async Task<BackupListing> LookAsync(CancellationToken cancellationToken)
    {
        var backups = new List<StoredBackup>();
        var unusable = new List<UnusableManifest>();
        var notRead = new List<UnreadDestination>();
        var failures = new List<StorageException>();
        foreach (var shelf in All)
        {
            try
            {
                var held = await shelf.LookAsync(cancellationToken);
                backups.AddRange(held.Copies);
                unusable.AddRange(held.Unusable);
            }
            catch (StorageException exception)
            {
                Log.Unreadable(logger, shelf.Name, exception.Message);
                failures.Add(exception);
                notRead.Add(new(shelf.Name, exception.Message));
            }
        }

        return failures.Count == All.Count
            ? throw new StorageException(string.Join(' ', failures.Select(failure => failure.Message)), failures[0])
            : new([.. backups.OrderByDescending(backup => backup.Name.StartedAt)], unusable, notRead);
    }

    /// <summary>The copies of one backup, by its id or its whole name, or of the newest one (<c>latest</c>); the good ones first.</summary>
    public async Task<IReadOnlyList<StoredBackup>> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        (await LookForAsync(idOrName, cancellationToken)).Copies;

    /// <summary>The same, with what could not be looked at.</summary>
    public async Task<BackupListing> LookForAsync(string idOrName, CancellationToken cancellationToken)
    {
        var all = await LookAsync(cancellationToken);
        return all.Of(
            idOrName != BackupChoice.Latest ? all.NameOf(idOrName)
            : all.Copies is [var newest, ..] ? newest.Name
            : all.Unusable.MaxBy(manifest => manifest.Name.StartedAt)?.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The backups of the destination {Name} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string name, string reason);
    }
}
