using System.Collections.Concurrent;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>The destinations of one run. One that failed takes no further file: half a backup is none.</summary>
internal sealed class RunDestinations(IReadOnlyList<BackupShelf> shelves)
{
    private readonly ConcurrentDictionary<string, string> _failures = new();
    private readonly ConcurrentDictionary<string, string> _unproved = new();

    /// <summary>Those that hold every file so far.</summary>
    public IReadOnlyList<BackupShelf> Good => [.. shelves.Where(shelf => !_failures.ContainsKey(shelf.Name))];

    /// <summary>Why the others do not, by their names.</summary>
    public IReadOnlyDictionary<string, string> Failures => _failures;

    /// <summary>Why some hold the backup without its being proved, by their names.</summary>
    public IReadOnlyDictionary<string, string> Unproved => _unproved;

    /// <summary>Starts a file in all that are good.</summary>
    /// <exception cref="StorageException">None is.</exception>
    public Task<DestinationsWriter> CreateAsync(string file, CancellationToken cancellationToken) =>
        DestinationsWriter.CreateAsync([.. Good.Select(shelf => shelf.Storage)], file, cancellationToken);

    /// <summary>Commits a file where it was written.</summary>
    /// <exception cref="StorageException">No destination holds every file any more.</exception>
    public async Task CommitAsync(DestinationsWriter writer, CancellationToken cancellationToken)
    {
        foreach (var outcome in await writer.CommitAsync(cancellationToken))
        {
            if (outcome.Error is { } error)
            {
                Fail(outcome.Destination, error);
            }
        }

        if (Good.Count == 0)
        {
            throw new StorageException(string.Join(' ', _failures.Values));
        }
    }

    /// <summary>Takes one out.</summary>
    public void Fail(string name, string error) => _failures.TryAdd(name, error);

    /// <summary>Notes that one could not be read back.</summary>
    public void LeaveUnproved(string name, string error) => _unproved.TryAdd(name, error);

    /// <summary>Removes a backup's files wherever there are some; best effort, since the next run removes what is left.</summary>
    public static async Task DiscardAsync(IEnumerable<BackupShelf> shelves, BackupName name)
    {
        foreach (var shelf in shelves)
        {
            try
            {
                await shelf.DeleteAsync(name, CancellationToken.None);
            }
            catch (StorageException)
            {
                // It has no manifest, so it is no backup; the clean-up at the next run knows its id
            }
        }
    }
}
