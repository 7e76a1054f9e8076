using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>Makes a base backup: pg_basebackup -> compressed, encrypted -> every destination at once -> read back -> its manifest.</summary>
internal sealed partial class BaseBackup(
    IOptions<PointInTimeOptions> options,
    BackupSources sources,
    BackupShelves shelves,
    PostgresPrograms programs,
    ArchiveCodec codec,
    ArchivePipe pipe,
    SealedFiles files,
    BaseWal wal,
    PointInTimeKeyGuard guard,
    BasePruner pruner,
    BackupsMetrics metrics,
    TimeProvider time,
    ILogger<BaseBackup> logger)
{
    /// <summary>Without the log that the service receives it would be of no use, and its slot would make the server keep that for ever.</summary>
    public const string NotEnabled =
        "Restores to a point in time are off here: set BACKUP_POINT_IN_TIME=true (Backups:PointInTime:Enabled), for the service and for this command. "
        + "Without the service a base backup is of no use, and the server would keep its log for it until its disk is full.";

    /// <summary>Makes one, and removes those that it makes superfluous.</summary>
    /// <param name="held">The lock of base backups.</param>
    /// <param name="progress">Takes a line for each step, and the bytes that are copied and read back.</param>
    /// <param name="cancellationToken">Ends it; nothing stays, unless it was complete in some destination by then.</param>
    /// <exception cref="BackupException">It could not be made.</exception>
    /// <exception cref="StorageException">No destination took it.</exception>
    public async Task<BaseResult> MakeAsync(RunLock held, RestoreProgress progress, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            throw new BackupException(NotEnabled);
        }

        await guard.RequireAsync(cancellationToken);
        await using var server = await WalServer.ConnectAsync(sources.Home, options.Value.Slot, cancellationToken);
        var version = await RequireAsync(server, cancellationToken);
        // Before it begins: from then on the log must not go
        await server.EnsureSlotAsync(cancellationToken);
        var destinations = new RunDestinations(shelves.All);
        await RemoveLeftoversAsync(destinations, cancellationToken);
        var startedAt = time.GetUtcNow();
        var name = new BackupName(options.Value.Label, startedAt, BackupName.NewId());
        progress.Say($"Copying the server's files to {shelves.Locations} as {name}");
        var published = new List<BackupShelf>();
        BaseManifest manifest;
        try
        {
            var (file, facts) = await CopyAsync(server, name, destinations, progress, cancellationToken);
            manifest = new()
            {
                Version = BaseManifest.CurrentVersion,
                Id = name.Id,
                Label = name.Database,
                StartedAt = startedAt,
                EndedAt = await NowAsync(server, cancellationToken),
                System = $"{server.Identity.System:x16}",
                Timeline = server.Identity.Timeline,
                StartPosition = "",
                EndPosition = "",
                SegmentSize = server.Identity.SegmentSize,
                ServerVersion = server.Identity.Version.ToString(),
                ToolVersion = version.Text,
                File = file,
                Archive = facts,
            };
            progress.Say($"Reading {facts.Size:N0} bytes back");
            manifest = await PublishAsync(name, manifest, destinations, published, held, progress, cancellationToken);
            Log.Made(logger, name, facts.Size, string.Join(", ", destinations.Good.Select(shelf => shelf.Name)));
        }
        catch
        {
            // Where it has its manifest it was read back, and is a base backup like any other
            await DiscardAsync(name, shelves.All.Except(published));
            throw;
        }

        return await EndAsync(manifest, destinations, progress, cancellationToken);
    }

    private async Task<ToolVersion> RequireAsync(WalServer server, CancellationToken cancellationToken)
    {
        if (server.Identity.Tablespaces > 0)
        {
            throw new BackupException(
                $"The server has {server.Identity.Tablespaces} tablespaces of its own; base backups of such servers are not supported. "
                + "The backups of its databases (prodready backup run) hold them.");
        }

        if (await server.WhyNeverArchivedAsync(cancellationToken) is { } problem)
        {
            throw new BackupException(problem);
        }

        return await PostgresPrograms.VersionForAsync(server.Identity.Version, programs.Find(PostgresPrograms.BaseBackup), cancellationToken);
    }

    private async Task<(string File, ArchiveFacts Facts)> CopyAsync(
        WalServer server, BackupName name, RunDestinations destinations, RestoreProgress progress, CancellationToken cancellationToken)
    {
        var bytes = progress.Begin(await server.EstimateSizeAsync(cancellationToken))();
        var file = name.TarFile(codec.Suffix);
        await using var writer = await destinations.CreateAsync(file, cancellationToken);
        await using var process = ToolProcess.Start(
            programs.Find(PostgresPrograms.BaseBackup),
            ["--pgdata=-", "--format=tar", "--wal-method=none", "--checkpoint=fast", "--no-password"],
            LibpqEnvironment.From(sources.Home.Settings(), server.Connection),
            cancellationToken);
        process.Input.Close();
        var facts = await codec.WriteAsync(file, process.Output, writer.Content, bytes, cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        if (!exit.Succeeded)
        {
            throw new BackupException(exit.Error);
        }

        await destinations.CommitAsync(writer, cancellationToken);
        return (file, facts);
    }

    /// <summary>Makes it exist wherever it reads back as it was written.</summary>
    private async Task<BaseManifest> PublishAsync(
        BackupName name,
        BaseManifest manifest,
        RunDestinations destinations,
        List<BackupShelf> published,
        RunLock held,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var bytesOfCopy = progress.Begin(manifest.Archive.ContentSize * destinations.Good.Count);
        foreach (var shelf in destinations.Good)
        {
            try
            {
                var contents = await pipe.ReadAsync(
                    shelf.Storage,
                    manifest.File,
                    manifest.Archive,
                    (tar, token) => BaseContents.ReadAsync(manifest.File, tar, token),
                    bytesOfCopy(),
                    cancellationToken);
                manifest = manifest with
                {
                    Timeline = contents.Timeline,
                    StartPosition = contents.Start.ToString(),
                    EndPosition = contents.End.ToString(),
                };
                await held.EnsureHeldAsync(cancellationToken);
                await files.WriteAsync(shelf.Storage, name.ManifestFile(), manifest, cancellationToken);
                published.Add(shelf);
            }
            catch (Exception exception) when (exception is StorageException or ArchiveDamagedException)
            {
                destinations.Fail(shelf.Name, exception.Message);
            }
        }

        return destinations.Good.Count > 0 ? manifest : throw new BackupException(string.Join(' ', destinations.Failures.Values));
    }

    private async Task<BaseResult> EndAsync(
        BaseManifest manifest, RunDestinations destinations, RestoreProgress progress, CancellationToken cancellationToken)
    {
        List<string> warnings = [.. destinations.Failures.Select(failure => $"{failure.Key} does not have it: {failure.Value}")];
        var restorable = new List<string>();
        foreach (var shelf in destinations.Good)
        {
            progress.Say($"Waiting for the write-ahead log up to {manifest.EndPosition} in {shelf.Storage.Location}");
            if (await wal.WaitAsync(shelf.Storage, manifest, cancellationToken) is { } missing)
            {
                warnings.Add(missing);
            }
            else
            {
                restorable.Add(shelf.Name);
            }
        }

        foreach (var shelf in shelves.All.Where(shelf => !restorable.Contains(shelf.Name)))
        {
            metrics.NotStored(shelf.Name);
        }

        warnings.AddRange(await pruner.PruneAsync(manifest, cancellationToken));
        foreach (var warning in warnings)
        {
            Log.Warned(logger, manifest.Id, warning);
        }

        return new(manifest, [.. destinations.Good.Select(shelf => shelf.Name)], restorable, warnings);
    }

    private BaseShelf ShelfOf(BackupShelf shelf) => new(shelf.Storage, options.Value.Label, files);

    private async Task RemoveLeftoversAsync(RunDestinations destinations, CancellationToken cancellationToken)
    {
        foreach (var shelf in shelves.All)
        {
            try
            {
                await ShelfOf(shelf).RemoveLeftoversAsync(cancellationToken);
            }
            catch (StorageException exception)
            {
                destinations.Fail(shelf.Name, exception.Message);
            }
        }
    }

    private async Task DiscardAsync(BackupName name, IEnumerable<BackupShelf> from)
    {
        foreach (var shelf in from)
        {
            try
            {
                await ShelfOf(shelf).DeleteAsync(name, CancellationToken.None);
            }
            catch (StorageException)
            {
                // Without a manifest it is no backup, and the next one removes it
            }
        }
    }

    private static async Task<DateTimeOffset> NowAsync(WalServer server, CancellationToken cancellationToken)
    {
        await using var command = new Npgsql.NpgsqlCommand("SELECT clock_timestamp()", server.Connection);
        return new((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Base backup {Name} is made: {Bytes} bytes in {Destinations}")]
        public static partial void Made(ILogger logger, BackupName name, long bytes, string destinations);

        [LoggerMessage(LogLevel.Warning, "Base backup {Id}: {Warning}")]
        public static partial void Warned(ILogger logger, string id, string warning);
    }
}
