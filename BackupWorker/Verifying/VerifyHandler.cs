using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Verifying;

/// <summary>Reads copies of backups as a whole and keeps what that came to beside them.</summary>
internal sealed partial class VerifyHandler(BackupVerifier verifier, TimeProvider time, ILogger<VerifyHandler> logger)
{
    /// <summary>Verifies copies, one after the other; of those without a manifest that can be used, it says so.</summary>
    /// <param name="listing">The copies.</param>
    /// <param name="progress">Told which one, and the bytes of all of them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BackupException">A program or key is missing.</exception>
    public async Task<IReadOnlyList<VerifiedCopy>> VerifyAsync(
        BackupListing listing, RestoreProgress progress, CancellationToken cancellationToken)
    {
        var bytes = progress.Begin(listing.Copies.Sum(copy => copy.Manifest.ContentSize));
        var verified = new List<VerifiedCopy>();
        foreach (var copy in listing.Copies)
        {
            progress.Say($"Reading backup {copy.Name.Id} of '{copy.Name.Database}' in {copy.Shelf.Storage.Location}");
            verified.Add(VerifiedCopy.Of(copy, await VerifyAsync(copy, bytes(), cancellationToken)));
        }

        return [.. verified, .. listing.Unusable.Select(VerifiedCopy.Of)];
    }

    /// <summary>Verifies one copy.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="progress">Told the content's bytes so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<VerifyOutcome> VerifyAsync(StoredBackup copy, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var outcome = await ReadAsync(copy, progress, cancellationToken);
        if (outcome is VerifyOutcome.Unreadable unreadable)
        {
            // Nothing new is known
            Log.Unreadable(logger, copy.Name, copy.Shelf.Name, unreadable.Error);
            return outcome;
        }

        await KeepAsync(copy, (outcome as VerifyOutcome.Corrupt)?.Error ?? (outcome as VerifyOutcome.Undecodable)?.Error, cancellationToken);
        return outcome;
    }

    /// <summary>
    /// Marks a copy that somebody else has read and found damaged, so that it counts as good no longer. What its list of files or its seal
    /// shows already needs no mark; and a destination that does not take it is no reason not to go on to another copy.
    /// </summary>
    /// <param name="copy">The copy.</param>
    /// <param name="error">What is wrong, in a sentence.</param>
    /// <param name="progress">Told if it cannot be kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task MarkCorruptAsync(StoredBackup copy, string error, RestoreProgress progress, CancellationToken cancellationToken)
    {
        // Retention may have removed it while it was read
        if (copy is not { Damage: null, Unproved: null } || await ManifestAsync(copy, cancellationToken) is VerifyOutcome.Unreadable)
        {
            return;
        }

        try
        {
            await KeepAsync(copy, error, cancellationToken);
        }
        catch (StorageException exception)
        {
            progress.Say($"Warning: the copy in {copy.Shelf.Storage.Location} cannot be marked as corrupt: {exception.Message}");
        }
    }

    private async Task KeepAsync(StoredBackup copy, string? error, CancellationToken cancellationToken)
    {
        if (error is not null)
        {
            Log.Corrupt(logger, copy.Name, copy.Shelf.Name, error);
        }

        await copy.Shelf.WriteCheckAsync(
            copy.Name,
            new()
            {
                CheckedAt = time.GetUtcNow(),
                State = error is null ? BackupState.Ok : BackupState.Corrupt,
                Error = error,
                DrilledAt = copy.Check?.DrilledAt,
                DrillError = copy.Check?.DrillError,
            },
            cancellationToken);
    }

    private async Task<VerifyOutcome> ReadAsync(StoredBackup copy, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if ((copy.Damage ?? copy.Unproved) is { } known)
        {
            return copy.Damage is null ? new VerifyOutcome.Unreadable(known) : new VerifyOutcome.Corrupt(known);
        }

        try
        {
            var outcome = await ManifestAsync(copy, cancellationToken)
                ?? await verifier.VerifyAsync(copy.Shelf.Storage, copy.Manifest, progress, cancellationToken);
            return outcome switch
            {
                VerifyOutcome.Undecodable undecodable when copy.Check is { State: BackupState.Ok } => new VerifyOutcome.Unreadable(
                    $"{undecodable.Error} Its bytes are those that were decoded before: look at the pg_restore here."),
                VerifyOutcome.Corrupt when await ManifestAsync(copy, cancellationToken) is VerifyOutcome.Unreadable gone => gone,
                _ => outcome,
            };
        }
        catch (BackupException exception)
        {
            // A key or a program is missing here, which says nothing of the copy
            return new VerifyOutcome.Unreadable(exception.Message);
        }
    }

    /// <summary>What is known of the manifest may be a copy in our database: a restore without that database needs the file.</summary>
    /// <returns>What is wrong with it, or nothing.</returns>
    private static async Task<VerifyOutcome?> ManifestAsync(StoredBackup copy, CancellationToken cancellationToken)
    {
        try
        {
            return await copy.Shelf.WhyManifestUnusableAsync(copy.Name, cancellationToken) is { } problem ? new VerifyOutcome.Corrupt(problem) : null;
        }
        catch (StorageFileMissingException)
        {
            // It was there when it was listed: retention, or somebody else, has removed the backup
            return new VerifyOutcome.Unreadable("It was removed meanwhile.");
        }
        catch (StorageException exception)
        {
            return new VerifyOutcome.Unreadable(exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Critical, "Backup {Name} in the destination {Destination} is corrupt: {Error}")]
        public static partial void Corrupt(ILogger logger, BackupName name, string destination, string error);

        [LoggerMessage(LogLevel.Error, "Backup {Name} in the destination {Destination} cannot be read: {Error}")]
        public static partial void Unreadable(ILogger logger, BackupName name, string destination, string error);
    }
}
