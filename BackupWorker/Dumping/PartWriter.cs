using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// One of PostgreSQL's programs -> compressed, encrypted, hashed -> every destination at once. All programs of a backup start together, since
/// a table that a waiting one had not locked yet could be emptied or dropped in the meantime; who reads rows stands still until it is its turn.
/// </summary>
internal sealed class PartWriter(ArchiveCodec codec)
{
    /// <summary>Writes one of a backup's files.</summary>
    /// <param name="part">What, and by which program.</param>
    /// <param name="environment">libpq's variables.</param>
    /// <param name="destinations">Where to.</param>
    /// <param name="turns">Places of those who read rows at a time.</param>
    /// <param name="progress">Told the content's bytes so far.</param>
    /// <param name="cancellationToken">Ends it; nothing of the file stays.</param>
    /// <exception cref="BackupException">The program failed.</exception>
    /// <exception cref="StorageException">No destination took it.</exception>
    public async Task<WrittenPart> WriteAsync(
        DumpPart part,
        IReadOnlyDictionary<string, string> environment,
        RunDestinations destinations,
        SemaphoreSlim turns,
        IProgress<long> progress,
        CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(part.Program, part.Arguments, environment, cancellationToken);
        process.Input.Close();
        if (part.Kind != PartKind.Data)
        {
            return await WriteAsync(part, process, destinations, progress, cancellationToken);
        }

        var turn = turns.WaitAsync(cancellationToken);
        var end = process.WaitAsync(cancellationToken);
        if (await Task.WhenAny(turn, end) == end && await end is { Succeeded: false } failed)
        {
            // No reason to wait for what cannot become a backup any more
            throw new BackupException(failed.Error);
        }

        await turn;
        try
        {
            return await WriteAsync(part, process, destinations, progress, cancellationToken);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task<WrittenPart> WriteAsync(
        DumpPart part, ToolProcess process, RunDestinations destinations, IProgress<long> progress, CancellationToken cancellationToken)
    {
        await using var writer = await destinations.CreateAsync(part.File, cancellationToken);
        var facts = await codec.WriteAsync(part.File, process.Output, writer.Content, progress, cancellationToken);
        // The exit code decides: a program that died has also ended its output
        var exit = await process.WaitAsync(cancellationToken);
        if (!exit.Succeeded)
        {
            throw new BackupException(exit.Error);
        }

        await destinations.CommitAsync(writer, cancellationToken);
        return new(new(part.Kind, part.File, facts) { LargeTables = part.LargeTables }, [.. exit.Warnings]);
    }
}
