using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>Feeds an archive from disk to pg_restore and hashes every byte on the way.</summary>
internal static class ArchiveReader
{
    /// <summary>Decodes the whole archive to nowhere: its table of contents alone looks fine even when most of it is missing.</summary>
    public static Task<(ToolExit Exit, HashedCopy Read)> DecodeAsync(
        string archive, string pgRestore, CancellationToken cancellationToken) =>
        RunAsync(
            archive, pgRestore, ["--file", OperatingSystem.IsWindows() ? "NUL" : "/dev/null"],
            new Dictionary<string, string>(), cancellationToken);

    /// <summary>Runs pg_restore with <paramref name="arguments"/> on the archive.</summary>
    public static async Task<(ToolExit Exit, HashedCopy Read)> RunAsync(
        string archive,
        string pgRestore,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        await using var file = OwnedFile.Open(archive);
        await using var process = ToolProcess.Start(
            pgRestore, ["--format=custom", .. arguments], environment, cancellationToken);
        // What pg_restore says on standard output is nothing of ours, but a full pipe would stop it
        var output = process.Output.CopyToAsync(Stream.Null, cancellationToken);
        // It may end before its input does; the hash is over all of it all the same
        var read = await HashedCopy.RunAsync(file, process.Input, outlivesDestination: true, cancellationToken);
        try
        {
            process.Input.Close();
        }
        catch (IOException)
        {
            // It has stopped reading; its exit code says whether that was right
        }

        await output;
        return (await process.WaitAsync(cancellationToken), read);
    }
}
