using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>Feeds one of a backup's files from storage to pg_restore, and proves every byte on the way.</summary>
internal sealed class ArchiveFeed(ArchiveCodec codec)
{
    /// <summary>Has pg_restore restore the file. When it fails, nothing more is read.</summary>
    /// <param name="storage">Where the file is.</param>
    /// <param name="part">The file.</param>
    /// <param name="pgRestore">The program.</param>
    /// <param name="arguments">Its arguments but for the format.</param>
    /// <param name="environment">libpq's variables.</param>
    /// <param name="frozen">The tables whose rows are to come in frozen.</param>
    /// <param name="progress">Told the content's bytes so far.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="ArchiveDamagedException">The file is not the one that was written.</exception>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public Task<ToolExit> RunAsync(
        IBackupStorage storage,
        ManifestPart part,
        string pgRestore,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlySet<string> frozen,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        // Of a file whose pieces prove nothing only the end tells whether the file or the server is at fault
        var isProvedInPieces = part.Facts is not { KeyId: null, Compression: ArchiveCompression.None };
        return FeedAsync(storage, part, pgRestore, arguments, environment, frozen, isProvedInPieces, progress, cancellationToken);
    }

    /// <summary>Has pg_restore decode the file to nowhere. All of it is proved, even if pg_restore fails.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public Task<ToolExit> DecodeAsync(
        IBackupStorage storage, ManifestPart part, string pgRestore, IProgress<long>? progress, CancellationToken cancellationToken) => FeedAsync(
        storage,
        part,
        pgRestore,
        ["--file", OperatingSystem.IsWindows() ? "NUL" : "/dev/null"],
        new Dictionary<string, string>(),
        new HashSet<string>(),
        endsWithProgram: false,
        progress,
        cancellationToken);

    /// <summary>Proves a file that is no archive of pg_dump's, and passes its content on.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task ReadAsync(
        IBackupStorage storage, ManifestPart part, Stream content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var stored = await storage.OpenAsync(part.File, cancellationToken);
        await codec.ReadAsync(part.File, part.Facts, stored, content, progress, cancellationToken);
    }

    private async Task<ToolExit> FeedAsync(
        IBackupStorage storage,
        ManifestPart part,
        string pgRestore,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlySet<string> frozen,
        bool endsWithProgram,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        await using var stored = await storage.OpenAsync(part.File, cancellationToken);
        await using var process = ToolProcess.Start(pgRestore, ["--format=custom", .. arguments], environment, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // What pg_restore says on standard output is nothing of ours, but a full pipe would stop it
        var output = process.Output.CopyToAsync(Stream.Null, cancellationToken);
        await using var input = new ToolInput(process, () => endsWithProgram ? end.CancelAsync() : Task.CompletedTask);
        await using var merged = new MergedRows(input);
        await using var rows = new FrozenRows(merged, frozen);
        try
        {
            await codec.ReadAsync(part.File, part.Facts, stored, rows, progress, end.Token);
            await rows.FlushAsync(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Its exit code says why
        }

        process.Input.Close();
        await output;
        return await process.WaitAsync(cancellationToken);
    }
}
