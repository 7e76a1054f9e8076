using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// A program's standard input for an archive. One that has seen enough may stop taking bytes: what is left of the archive is proved all the
/// same. One that has failed is told, so that nobody goes on to read for it.
/// </summary>
/// <param name="process">The program.</param>
/// <param name="failed">Told when it has stopped because it failed.</param>
internal sealed class ToolInput(ToolProcess process, Func<Task> failed) : WriteOnlyStream
{
    private Stream _input = process.Input;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _input.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            _input = Null;
            if (await process.WaitAsync(cancellationToken) is { Succeeded: false })
            {
                await failed();
            }
        }
    }
}
