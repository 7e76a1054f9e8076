using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Runs;

/// <summary>
/// Reads what a run stored back from every destination, and makes it a backup there if it is what was written. What one destination
/// holds says nothing of another's.
/// </summary>
internal sealed class BackupPublisher(
    BackupVerifier verifier, BackupShelves shelves, IOptions<BackupsOptions> options, BackupsMetrics metrics, TimeProvider time)
{
    /// <summary>Publishes a backup.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="held">The lock, without which somebody else might be cleaning up.</param>
    /// <param name="manifest">What the run stored.</param>
    /// <param name="destinations">Where; those that fail now are taken out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The manifest as published, with what the operator should know.</returns>
    /// <exception cref="BackupException">No destination has it.</exception>
    public async Task<BackupManifest> PublishAsync(
        StartedRun run, RunLock held, BackupManifest manifest, RunDestinations destinations, CancellationToken cancellationToken)
    {
        var warning = await ShrinkWarningAsync(manifest, cancellationToken);
        if (warning is not null)
        {
            manifest = manifest with { Warnings = [.. manifest.Warnings, warning] };
        }

        run.Progress.Begin(RunStage.Verifying, manifest.ContentSize * destinations.Good.Count);
        var isPublished = false;
        foreach (var shelf in destinations.Good)
        {
            try
            {
                await PublishAsync(run, shelf, held, manifest, destinations, cancellationToken);
                isPublished = true;
            }
            catch (StorageException exception)
            {
                destinations.Fail(shelf.Name, exception.Message);
            }
            // What is published is a backup: what ends the run now takes only the others from it
            catch (Exception exception) when (isPublished)
            {
                destinations.Fail(shelf.Name, cancellationToken.IsCancellationRequested
                    ? "The run was ended before it was read back."
                    : FailureSentence.Of(exception));
            }
        }

        if (destinations.Good.Count == 0)
        {
            throw new BackupException(string.Join(' ', destinations.Failures.Values));
        }

        if (warning is not null)
        {
            metrics.Shrunk(run.Database);
        }

        return manifest;
    }

    private async Task PublishAsync(
        StartedRun run,
        BackupShelf shelf,
        RunLock held,
        BackupManifest manifest,
        RunDestinations destinations,
        CancellationToken cancellationToken)
    {
        switch (await verifier.VerifyAsync(shelf.Storage, manifest, run.Progress.OfFile(), cancellationToken))
        {
            case VerifyOutcome.Corrupt corrupt:
                throw new StorageException($"It reads back other than it was written: {corrupt.Error}");
            case VerifyOutcome.Undecodable undecodable:
                throw new StorageException($"It reads back as it was written, but is no good dump: {undecodable.Error}");
            case VerifyOutcome.Unreadable unreadable:
                // Stored all the same, and checked later: better than no backup
                destinations.LeaveUnproved(shelf.Name, unreadable.Error);
                break;
            default:
                await shelf.WriteCheckAsync(run.Name, new() { CheckedAt = time.GetUtcNow(), State = BackupState.Ok }, cancellationToken);
                break;
        }

        await held.EnsureHeldAsync(cancellationToken);
        await shelf.WriteManifestAsync(run.Name, manifest, cancellationToken);
        if (await DamageAsync(run, shelf, destinations) is { } damage)
        {
            throw new StorageException(damage);
        }
    }

    /// <summary>Somebody who took us for dead in the moment of the manifest may have cleaned its files away.</summary>
    private static async Task<string?> DamageAsync(StartedRun run, BackupShelf shelf, RunDestinations destinations)
    {
        try
        {
            // It is a backup now, and no end of the run or of storage's mood makes it none
            return await shelf.FindAsync(run.Name.ToString(), CancellationToken.None) is { } backup
                ? backup.Damage
                : await shelf.WhyManifestUnusableAsync(run.Name, CancellationToken.None);
        }
        catch (StorageFileMissingException)
        {
            return "Its manifest was removed in the moment in which it was written: somebody took this run for dead.";
        }
        catch (StorageException exception)
        {
            destinations.LeaveUnproved(shelf.Name, exception.Message);
            return null;
        }
    }

    /// <summary>A backup that lost half of its content is a good copy of a bad database.</summary>
    private async Task<string?> ShrinkWarningAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredBackup> backups;
        try
        {
            backups = await shelves.ListAsync(cancellationToken);
        }
        catch (StorageException)
        {
            return null;
        }

        // Only one that was read back and whose seal proves it: whoever may write to storage could plant a small one. Nor one from the future
        var before = backups.FirstOrDefault(backup =>
            backup is { State: BackupState.Ok } && backup.Name.Database == manifest.Database && backup.Name.StartedAt <= manifest.StartedAt)?.Manifest;
        var shrunk = before is null ? 0 : 1 - ((double)manifest.ContentSize / before.ContentSize);
        return options.Value.ShrinkAlarm < 1 && shrunk > options.Value.ShrinkAlarm
            ? $"It is {shrunk:P0} smaller than backup {before!.Id} before it ({manifest.ContentSize:N0} bytes of content, then "
                + $"{before.ContentSize:N0}). Look at what the database lost."
            : null;
    }
}
