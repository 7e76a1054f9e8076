using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Builds a data directory as the server was at some time, from storage alone.</summary>
internal sealed class PointInTimeRestore(
    BackupDestinations destinations,
    IOptions<PointInTimeOptions> options,
    PostgresPrograms programs,
    SealedFiles files,
    BaseUnpacker unpacker,
    WalFetcher wal)
{
    /// <summary>Restores.</summary>
    /// <param name="request">What, and where to.</param>
    /// <param name="progress">Takes a line for each step, and the bytes that are unpacked and fetched.</param>
    /// <param name="cancellationToken">Ends it; what was created is then removed again.</param>
    /// <exception cref="BackupException">A setting or program is missing; nothing was created.</exception>
    /// <exception cref="StorageException">No destination can be read; nothing was created.</exception>
    public async Task<PointInTimeResult> RestoreAsync(PointInTimeRequest request, RestoreProgress progress, CancellationToken cancellationToken)
    {
        var directory = Path.GetFullPath(request.DataDirectory);
        if (File.Exists(directory) || (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any()))
        {
            return new(
                RestoreVerdict.TargetExists, $"{directory} is not empty and was not touched: a restore builds a new data directory. Name another.");
        }

        var parent = Path.GetDirectoryName(directory);
        if (!Directory.Exists(parent))
        {
            return new(RestoreVerdict.Failed, $"There is no directory {parent} to create {directory} in. Create it, for the account that runs PostgreSQL.");
        }

        var account = await ServerAccount.OfAsync(Directory.Exists(directory) ? directory : parent, cancellationToken);
        var all = await ListAsync(progress, cancellationToken);
        var possible = all.Where(one => request.At is null || one.Manifest!.EndedAt <= request.At).ToList();
        if (possible.Count == 0)
        {
            return new(RestoreVerdict.NotFound, WhyNotFound(request.At, all));
        }

        var postgres = await FindServerAsync(possible[0].Manifest!, cancellationToken);
        var failed = new List<PointInTimeResult>();
        foreach (var (one, plan) in await PlanAsync(possible, request.Timeline, progress, cancellationToken))
        {
            try
            {
                var result = plan is null
                    ? OffTheTimeline(one.Manifest!, request)
                    : await TryRestoreAsync(one, plan, request with { DataDirectory = directory }, postgres, account, progress, cancellationToken);
                // Another copy or an older one may be whole, or on the timeline
                if (result.Verdict is not (RestoreVerdict.Corrupt or RestoreVerdict.NotFound))
                {
                    return result;
                }

                failed.Add(result);
            }
            catch (StorageException exception)
            {
                // No damage: it may be read tomorrow
                failed.Add(new(RestoreVerdict.Failed, $"{exception.Message} ({one.Storage.Location})", one.Name.Id));
            }

            progress.Say(failed[^1].Message);
        }

        return (failed.Find(one => one.Verdict == RestoreVerdict.Failed) ?? failed.Find(one => one.Verdict == RestoreVerdict.Corrupt) ?? failed[^1]) with
        {
            Message = string.Join(' ', failed.Select(one => one.Message).Distinct()),
        };
    }

    /// <summary>All copies that can be used, of newer base backups first.</summary>
    private async Task<IReadOnlyList<StoredBase>> ListAsync(RestoreProgress progress, CancellationToken cancellationToken)
    {
        var bases = new List<StoredBase>();
        StorageException? failure = null;
        foreach (var storage in destinations.All)
        {
            try
            {
                bases.AddRange(await new BaseShelf(storage, options.Value.Label, files).ListAsync(cancellationToken));
            }
            catch (StorageException exception)
            {
                progress.Say(exception.Message);
                failure = exception;
            }
        }

        foreach (var one in bases.Where(one => one.Error is not null))
        {
            progress.Say(one.Error!);
        }

        var usable = bases.Where(one => one.Error is null).OrderByDescending(one => one.Manifest!.EndedAt).ToList();
        return usable.Count == 0 && failure is not null ? throw failure : usable;
    }

    /// <summary>
    /// With the log that each needs, in the order in which they are tried: a newer timeline comes before a newer base backup, which may be of a timeline
    /// that the server has left since, when it was restored to a time before.
    /// </summary>
    private async Task<IReadOnlyList<(StoredBase One, WalPlan? Plan)>> PlanAsync(
        IReadOnlyList<StoredBase> possible, uint? timeline, RestoreProgress progress, CancellationToken cancellationToken)
    {
        var (plans, said) = (new Dictionary<string, WalPlan?>(), new HashSet<string>());
        foreach (var manifest in possible.Select(one => one.Manifest!).DistinctBy(manifest => manifest.Id))
        {
            plans[manifest.Id] = await wal.PlanAsync(manifest, timeline, SayOnce, cancellationToken);
        }

        return
        [
            // Timelines are a server's own: one that was set up anew begins with the first
            .. possible.GroupBy(one => one.Manifest!.System).SelectMany(server => server
                .Select(one => (One: one, Plan: plans[one.Manifest!.Id]))
                .OrderByDescending(tried => tried.Plan?.Timeline.Number)),
        ];

        void SayOnce(string line)
        {
            if (said.Add(line))
            {
                progress.Say(line);
            }
        }
    }

    private static PointInTimeResult OffTheTimeline(BaseManifest manifest, PointInTimeRequest request) => new(
        RestoreVerdict.NotFound, $"Timeline {request.Timeline} does not go through base backup {manifest.Id}, or its history is in no destination.", manifest.Id);

    private string WhyNotFound(DateTimeOffset? at, IReadOnlyList<StoredBase> all)
    {
        var places = string.Join(" and ", destinations.All.Select(storage => storage.Location));
        return all.Count == 0
            ? $"There is no base backup of '{options.Value.Label}' (Backups:PointInTime:Label) in {places} that can be used."
            : $"There is no base backup from before {at:yyyy-MM-dd HH:mm:ss'Z'} in {places}. The earliest time that can be restored is "
                + $"{all[^1].Manifest!.EndedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.FFFFFF}Z.";
    }

    private async Task<string> FindServerAsync(BaseManifest manifest, CancellationToken cancellationToken)
    {
        var postgres = programs.Find(PostgresPrograms.Server);
        var version = await PostgresPrograms.VersionAsync(postgres, cancellationToken);
        var needed = Version.Parse(manifest.ServerVersion).Major;
        return version.Major == needed
            ? postgres
            : throw new BackupException(
                $"The base backup is PostgreSQL {manifest.ServerVersion}'s, which PostgreSQL {version.Text} ({postgres}) cannot run. Install "
                + $"PostgreSQL {needed}, or set POSTGRES_BIN to the folder of its programs.");
    }

    private async Task<PointInTimeResult> TryRestoreAsync(
        StoredBase one,
        WalPlan plan,
        PointInTimeRequest request,
        string postgres,
        ServerAccount account,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var directory = request.DataDirectory;
        var existed = Directory.Exists(directory);
        try
        {
            var result = await RestoreAsync(one, plan, request, postgres, account, progress, cancellationToken);
            if (result.DataDirectory is null)
            {
                Clear(directory, existed);
            }

            return result;
        }
        catch (Exception exception) when (exception is ArchiveDamagedException or StorageFileMissingException)
        {
            Clear(directory, existed);
            return new(RestoreVerdict.Corrupt, $"{exception.Message} ({one.Storage.Location})", one.Name.Id);
        }
        catch
        {
            Clear(directory, existed);
            throw;
        }
    }

    private async Task<PointInTimeResult> RestoreAsync(
        StoredBase one,
        WalPlan plan,
        PointInTimeRequest request,
        string postgres,
        ServerAccount account,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var (manifest, directory) = (one.Manifest!, request.DataDirectory);
        progress.Say($"Unpacking base backup {manifest.Id} of {manifest.EndedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z from {one.Storage.Location} into {directory}");
        await unpacker.UnpackAsync(one, directory, progress.Begin(manifest.Archive.ContentSize)(), cancellationToken);
        if (await BaseCheck.WhyNotAsync(programs, directory, progress.Say, cancellationToken) is { } damage)
        {
            return new(RestoreVerdict.Corrupt, damage, manifest.Id);
        }

        progress.Say($"Fetching the write-ahead log of timeline {plan.Timeline.Number} from {manifest.First} on");
        var recovery = new RecoveryRun(postgres, directory, account);
        var fetched = await wal.FetchAsync(plan, recovery.WalFolder, progress, cancellationToken);
        if (fetched.Missing is { } gap && gap.Number <= manifest.Last.Number)
        {
            return new(
                RestoreVerdict.Corrupt,
                $"Base backup {manifest.Id} cannot be restored: {gap} of the write-ahead log is whole in no destination, and it needs all from {manifest.First} "
                + $"to {manifest.Last}.",
                manifest.Id);
        }

        progress.Say($"Recovering with {fetched.Files} segments of the write-ahead log");
        var outcome = await recovery.RunAsync(request.At, plan, progress.Say, cancellationToken);
        return RecoveryReport.Of(plan, fetched, request, postgres, outcome);
    }

    /// <summary>Removes what we created: storage still holds all of it.</summary>
    private static void Clear(string directory, bool existed)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        if (!existed)
        {
            Directory.Delete(directory);
        }
    }
}
