using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Verifying;

/// <summary>
/// Reads a whole copy back from its destination: decrypted, decompressed, hashed, and decoded by pg_restore to nowhere. A table of
/// contents alone looks fine even when most of the archive is missing.
/// </summary>
internal sealed class BackupVerifier(ArchiveFeed feed, PostgresPrograms programs)
{
    /// <summary>What shells and the kernel add to a signal's number.</summary>
    private const int FirstSignal = 128;

    /// <summary>Verifies a copy.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="manifest">What it must be.</param>
    /// <param name="progress">Told the content's bytes of all files so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BackupException">A program or key is missing.</exception>
    public async Task<VerifyOutcome> VerifyAsync(
        IBackupStorage storage, BackupManifest manifest, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var restore = programs.Find()[PostgresPrograms.Restore];
        var version = await PostgresPrograms.VersionAsync(restore, cancellationToken);
        if (version.Major < ToolVersion.MajorOf(manifest.ToolVersion))
        {
            return new VerifyOutcome.Unreadable(
                $"pg_restore {version.Text} is older than the pg_dump that wrote it ({manifest.ToolVersion}). Install newer client programs, or set POSTGRES_BIN.");
        }

        long before = 0;
        foreach (var part in manifest.Parts)
        {
            var start = before;
            var partProgress = progress is null ? null : new DirectProgress(bytes => progress.Report(start + bytes));
            if (await VerifyAsync(storage, part, restore, partProgress, cancellationToken) is not VerifyOutcome.Ok and var bad)
            {
                return bad;
            }

            before += part.Facts.ContentSize;
        }

        return new VerifyOutcome.Ok();
    }

    private async Task<VerifyOutcome> VerifyAsync(
        IBackupStorage storage, ManifestPart part, string restore, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            if (part.Kind == PartKind.Globals)
            {
                var end = new TailStream();
                await feed.ReadAsync(storage, part, end, progress, cancellationToken);
                return end.Text.Contains(GlobalsDump.End, StringComparison.Ordinal)
                    ? new VerifyOutcome.Ok()
                    : new VerifyOutcome.Corrupt($"{part.File} does not end as pg_dumpall ends it.");
            }

            var exit = await feed.DecodeAsync(storage, part, restore, progress, cancellationToken);
            return exit.Succeeded ? new VerifyOutcome.Ok()
                // Killed, by a lack of memory for one, or not to be started: that says nothing of the archive
                : exit.Code >= FirstSignal - 2 ? new VerifyOutcome.Unreadable($"{part.File} could not be decoded to its end. {exit.Error}")
                : new VerifyOutcome.Undecodable($"{part.File} cannot be decoded. {exit.Error}");
        }
        catch (Exception exception) when (exception is ArchiveDamagedException or StorageFileMissingException)
        {
            return new VerifyOutcome.Corrupt(exception.Message);
        }
        catch (StorageException exception)
        {
            return new VerifyOutcome.Unreadable(exception.Message);
        }
    }
}
