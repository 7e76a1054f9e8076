using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>Receives the server's log as it is written, in one of all replicas, and has it stored.</summary>
/// <remarks>
/// pg_receivewal streams beside the slot and not through it: it would tell the server that the log is safe as soon as it is on our own disk,
/// which may be lost with us. We move the slot on when every destination holds the log, and every start begins where the slot is.
/// </remarks>
internal sealed partial class WalReceiver(
    IOptions<PointInTimeOptions> options,
    BackupSources sources,
    BackupDestinations destinations,
    PostgresPrograms programs,
    WalSpool spool,
    WalShippers shippers,
    PointInTimeKeyGuard guard,
    WalContinuity continuity,
    WalLag lag,
    WalMetrics metrics,
    TimeProvider time,
    ILogger<WalReceiver> logger) : BackgroundService
{
    private static readonly TimeSpan TurnInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private bool _running;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            _running = false;
            try
            {
                await ShipLeftoversAsync(stoppingToken);
                await TakeTurnAsync(stoppingToken);
            }
            // Whatever it is: else one bug would end all receiving to come
            catch (Exception exception)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                metrics.NotReceived();
                pause = _running ? FirstPause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
                Log.Failed(logger, exception, pause, exception.Message);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ShipLeftoversAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await guard.WhyNotAsync(cancellationToken) is null)
            {
                await spool.ShipLeftoversAsync(cancellationToken);
            }
        }
        catch (StorageException)
        {
            // Then nothing can be stored anyway; the turn tells it, and counts as lag
        }
    }

    private async Task TakeTurnAsync(CancellationToken stoppingToken)
    {
        RunLock? held;
        while ((held = await RunLock.TryTakeAsync(sources.Home, RunLock.Wal, stoppingToken)) is null)
        {
            lag.End();
            continuity.End();
            await Task.Delay(TurnInterval, time, stoppingToken);
        }

        await using (held)
        {
            // What a replica before us stored, we do not know
            await shippers.SettleAsync();
            shippers.Forget();
            lag.Begin();
            await guard.RequireAsync(stoppingToken);
            await using var server = await WalServer.ConnectAsync(sources.Home, options.Value.Slot, stoppingToken);
            // Before it makes the slot, for which the server would keep what nobody can receive
            _ = await PostgresPrograms.VersionForAsync(server.Identity.Version, programs.Find(PostgresPrograms.ReceiveWal), stoppingToken);
            foreach (var destination in destinations.All)
            {
                await RemoveUnfinishedAsync(destination, server.Identity.System, stoppingToken);
            }

            await server.EndOrphansAsync(stoppingToken);
            await ReceiveAsync(server, await PrepareAsync(server, stoppingToken), held, stoppingToken);
        }
    }

    private async Task<SpoolFolder> PrepareAsync(WalServer server, CancellationToken cancellationToken)
    {
        var slot = await server.EnsureSlotAsync(cancellationToken);
        var first = WalSegment.Of(server.Identity.Timeline, slot.Position, server.Identity.SegmentSize);
        if (!slot.IsNew)
        {
            spool.RemoveLeftovers(server.Identity.System, first);
        }
        else if (slot.WasLost)
        {
            Log.SlotWasLost(logger, options.Value.Slot, slot.Position);
        }
        else
        {
            Log.SlotIsNew(logger, options.Value.Slot, slot.Position);
        }

        continuity.Begin(server.Identity.System, first);
        return SpoolFolder.Create(spool.Path, options.Value.Label, server.Identity.System, first);
    }

    private async Task ReceiveAsync(WalServer server, SpoolFolder folder, RunLock held, CancellationToken stoppingToken)
    {
        using var owned = folder.TryOwn();
        var environment = LibpqEnvironment.From(sources.Home.Settings(), server.Connection);
        environment["PGAPPNAME"] = server.SessionOf(folder);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            await using var process = ToolProcess.Start(
                programs.Find(PostgresPrograms.ReceiveWal),
                ["--directory", folder.Path, "--no-loop", "--no-password", "--synchronous", "--status-interval=1"],
                environment,
                stoppingToken);
            process.Input.Close();
            Log.Receives(logger, sources.Home.Database, folder.Path);
            var ended = process.WaitAsync(stoppingToken);
            while (!ended.IsCompleted)
            {
                await ShipAsync(server, folder, held, end.Token);
                await Task.WhenAny(ended, Task.Delay(options.Value.Interval, time, stoppingToken));
            }

            throw new BackupException((await ended).Error);
        }
        finally
        {
            await end.CancelAsync();
            await shippers.SettleAsync();
            // The last of it, which the server that is lost may not have any more
            using var patience = new CancellationTokenSource(TimeToEnd, time);
            await TryShipLastAsync(folder, patience.Token);
        }
    }

    private async Task ShipAsync(WalServer server, SpoolFolder folder, RunLock held, CancellationToken cancellationToken)
    {
        await held.EnsureHeldAsync(cancellationToken);
        var positions = await server.PositionsAsync(folder, cancellationToken);
        lag.Saw(positions.Server);
        var shipped = await shippers.ShipAsync(folder, positions.Received, options.Value.Interval, cancellationToken);
        if (shipped.Position.Value > 0)
        {
            lag.Holds(shipped.Position);
            _running = true;
            await server.ReleaseAsync(shipped.Position, cancellationToken);
        }
    }

    private async Task TryShipLastAsync(SpoolFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            await shippers.ShipAsync(folder, received: null, TimeToEnd, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It is in the spool, and is stored at the next start
        }
    }

    private async Task RemoveUnfinishedAsync(IBackupStorage destination, ulong system, CancellationToken cancellationToken)
    {
        try
        {
            // Another stack may store another server's log there at this moment
            await destination.RemoveUnfinishedAsync(
                file => WalFileName.TryParse(file, out var name) && (name.Label, name.System) == (options.Value.Label, system), cancellationToken);
        }
        catch (StorageException exception)
        {
            // Told again as soon as something is stored there
            Log.NotCleanedUp(logger, destination.Location, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Receives the write-ahead log of the server of {Database} into {Folder}")]
        public static partial void Receives(ILogger logger, string database, string folder);

        [LoggerMessage(LogLevel.Error, "The write-ahead log is not received; next try in {Pause}: {Reason}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan pause, string reason);

        [LoggerMessage(LogLevel.Warning, "The replication slot {Slot} is new: the log is kept from {Position} on, and needs a base backup made after it")]
        public static partial void SlotIsNew(ILogger logger, string slot, WalPosition position);

        [LoggerMessage(
            LogLevel.Critical,
            "The server gave the replication slot {Slot} up (max_slot_wal_keep_size), and log is missing. It is kept again from {Position} on; make a base backup now: prodready backup base")]
        public static partial void SlotWasLost(ILogger logger, string slot, WalPosition position);

        [LoggerMessage(LogLevel.Warning, "What a killed process left in {Location} could not be removed: {Reason}")]
        public static partial void NotCleanedUp(ILogger logger, string location, string reason);
    }
}
