using Npgsql;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>
/// <see cref="ManifestStore"/> for those who can do without it: while the database is away there is nothing in it, it is not asked
/// again for a while, and that is logged once.
/// </summary>
internal sealed partial class ManifestCache(ManifestStore store, TimeProvider time, ILogger<ManifestCache> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private long _awaySince;

    /// <inheritdoc cref="ManifestStore.FindAsync"/>
    public async Task<IReadOnlyDictionary<string, byte[]>> FindAsync(
        string destination, IReadOnlyList<StoredFile> files, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, byte[]>();
        if (files.Count > 0)
        {
            await TryAsync(async () => found = await store.FindAsync(destination, files, cancellationToken));
        }

        return found;
    }

    /// <inheritdoc cref="ManifestStore.SaveAsync"/>
    public Task SaveAsync(string destination, StoredFile file, byte[] manifest, CancellationToken cancellationToken) =>
        TryAsync(() => store.SaveAsync(destination, file, manifest, cancellationToken));

    /// <inheritdoc cref="ManifestStore.DeleteAsync"/>
    public Task DeleteAsync(string destination, string file, CancellationToken cancellationToken) =>
        TryAsync(() => store.DeleteAsync(destination, file, cancellationToken));

    private async Task TryAsync(Func<Task> work)
    {
        var since = Interlocked.Read(ref _awaySince);
        if (since != 0 && time.GetElapsedTime(since) < Pause)
        {
            return;
        }

        try
        {
            await work();
            Interlocked.Exchange(ref _awaySince, 0);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            // The timestamp 0 means that it is there
            if (exception is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable })
            {
                // The command line against a database that the service never ran on
                Interlocked.Exchange(ref _awaySince, Math.Max(1, time.GetTimestamp()));
            }
            else if (Interlocked.Exchange(ref _awaySince, Math.Max(1, time.GetTimestamp())) == 0)
            {
                Log.Away(logger, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Manifests are read from storage alone, as the database does not answer: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
