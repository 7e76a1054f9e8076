using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>The folder in which the log waits to be stored, and what killed processes of our label left there: another stack may use the same place.</summary>
internal sealed partial class WalSpool(
    IOptions<PointInTimeOptions> options, IOptions<BackupsOptions> backups, WalShippers shippers, ILogger<WalSpool> logger)
{
    private const string Folder = "wal";

    // The server's log does not wait for ever for what is left of former ones
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Where it is.</summary>
    public string Path { get; } = global::System.IO.Path.GetFullPath(
        options.Value.Spool is { Length: > 0 } spool ? spool
        : backups.Value.Directory == BackupDestinations.NoFolder
            ? global::System.IO.Path.Combine(global::System.IO.Path.GetTempPath(), "prodready-backups", Folder)
            : global::System.IO.Path.Combine(global::System.IO.Path.GetFullPath(backups.Value.Directory), "..", Folder));

    /// <summary>
    /// Stores what was left. The newest of it may be nowhere else: that is so if the server's disk and we were lost at once.
    /// </summary>
    public async Task ShipLeftoversAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in SpoolFolder.All(Path, options.Value.Label))
        {
            await using var owned = folder.TryOwn();
            if (owned is null)
            {
                continue;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var shipped = await shippers.ShipAsync(folder, received: null, Patience, end.Token);
            await end.CancelAsync();
            await shippers.SettleAsync();
            if (shipped.IsComplete)
            {
                Remove(folder);
            }
        }
    }

    /// <summary>Removes what is left of a server that still has all of it.</summary>
    /// <param name="system">The server.</param>
    /// <param name="first">The first segment that it keeps.</param>
    public void RemoveLeftovers(ulong system, WalSegment first)
    {
        foreach (var folder in SpoolFolder.All(Path, options.Value.Label).Where(folder => folder.System == system))
        {
            using var owned = folder.TryOwn();
            if (owned is not null && folder.Segments().All(segment => segment.Timeline == first.Timeline && segment.Number >= first.Number))
            {
                Remove(folder);
            }
        }
    }

    private void Remove(SpoolFolder folder)
    {
        try
        {
            folder.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A pg_receivewal that is just ending writes there: next time
            Log.NotRemoved(logger, folder.Path, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Folder} cannot be removed; it is tried again at the next start: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string folder, string reason);
    }
}
