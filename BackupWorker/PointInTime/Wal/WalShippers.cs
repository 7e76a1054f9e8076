using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>Stores what is in a spool in every destination, each at its own pace.</summary>
internal sealed partial class WalShippers(
    BackupDestinations destinations,
    IOptions<PointInTimeOptions> options,
    ArchiveCodec codec,
    SealedFiles files,
    WalMetrics metrics,
    TimeProvider time,
    ILogger<WalShippers> logger)
{
    /// <summary>So much of the log waits before it is worth a warning.</summary>
    private const long MuchWaiting = 1L << 30;

    private readonly Dictionary<ulong, List<WalShipper>> _shippers = [];
    private readonly Dictionary<WalShipper, Task<bool>> _running = [];
    private readonly Dictionary<string, string> _failures = [];
    private bool _warned;

    /// <summary>Forgets what destinations hold: another replica, or a person, may change that from now on.</summary>
    public void Forget() => _shippers.Clear();

    /// <summary>Waits for those whose work was cancelled.</summary>
    public async Task SettleAsync()
    {
        await ((Task)Task.WhenAll(_running.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _running.Clear();
    }

    /// <summary>Stores what is in the spool and not yet stored, and removes from the spool what every destination holds.</summary>
    /// <param name="folder">The spool.</param>
    /// <param name="received">Up to where it held the log before this, if that is known.</param>
    /// <param name="patience">
    /// How long to wait; a destination that takes longer goes on meanwhile, and does not hold up the others.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WalShipment> ShipAsync(SpoolFolder folder, WalPosition? received, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!_shippers.TryGetValue(folder.System, out var shippers))
        {
            shippers = [.. destinations.All.Select(
                storage => new WalShipper(storage, options.Value.Label, folder.System, codec, files, metrics))];
            _shippers[folder.System] = shippers;
        }

        foreach (var shipper in shippers.Where(shipper => !_running.TryGetValue(shipper, out var running) || running.IsCompleted))
        {
            _running[shipper] = TryShipAsync(shipper, folder, received, cancellationToken);
        }

        var all = Task.WhenAll(shippers.Select(shipper => _running[shipper]));
        await Task.WhenAny(all, Task.Delay(patience, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (all.IsFaulted)
        {
            await all;
        }

        foreach (var name in folder.Whole().Where(name => shippers.TrueForAll(shipper => shipper.Holds(name))))
        {
            File.Delete(folder.PathOf(name));
        }

        var waiting = folder.Size;
        metrics.Spooled(waiting);
        if (waiting > MuchWaiting && !_warned)
        {
            Log.MuchWaiting(logger, waiting, folder.Path);
        }

        _warned = waiting > MuchWaiting;
        return new(
            shippers.Min(shipper => shipper.Position), all.IsCompletedSuccessfully && Array.TrueForAll(await all, done => done));
    }

    private async Task<bool> TryShipAsync(
        WalShipper shipper, SpoolFolder folder, WalPosition? received, CancellationToken cancellationToken)
    {
        try
        {
            await shipper.ShipAsync(folder, received, cancellationToken);
            lock (_failures)
            {
                if (_failures.Remove(shipper.Storage.Name))
                {
                    Log.Works(logger, shipper.Storage.Location);
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            metrics.NotStored(shipper.Storage);
            lock (_failures)
            {
                // Every two seconds the same would hide all the rest
                if (!_failures.TryGetValue(shipper.Storage.Name, out var before) || before != exception.Message)
                {
                    Log.Fails(logger, shipper.Storage.Location, exception.Message);
                }

                _failures[shipper.Storage.Name] = exception.Message;
            }

            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The write-ahead log does not get into {Location}, and is kept until it does: {Reason}")]
        public static partial void Fails(ILogger logger, string location, string reason);

        [LoggerMessage(LogLevel.Information, "The write-ahead log gets into {Location} again, with all that had waited")]
        public static partial void Works(ILogger logger, string location);

        [LoggerMessage(LogLevel.Warning, "{Bytes} bytes of the write-ahead log wait in {Folder} for a destination, and on the server too")]
        public static partial void MuchWaiting(ILogger logger, long bytes, string folder);
    }
}
