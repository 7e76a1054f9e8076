using System.IO.Pipelines;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>An archive's content as a stream to read from, proved on the way.</summary>
internal sealed class ArchivePipe(ArchiveCodec codec)
{
    private const int Ahead = 8 << 20;

    /// <summary>Reads an archive.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="file">Its name.</param>
    /// <param name="facts">What reading it must come to.</param>
    /// <param name="read">Reads the content; what it leaves is proved all the same.</param>
    /// <param name="progress">Told the content's bytes so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArchiveDamagedException">It is not what was written. Some of the content may have been read before that showed.</exception>
    public async Task<T> ReadAsync<T>(
        IBackupStorage storage,
        string file,
        ArchiveFacts facts,
        Func<Stream, CancellationToken, Task<T>> read,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, useSynchronizationContext: false));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(pipe.Writer, storage, file, facts, progress, end.Token);
        try
        {
            await using var content = pipe.Reader.AsStream();
            var result = await read(content, end.Token);
            await content.CopyToAsync(Stream.Null, end.Token);
            await writing;
            return result;
        }
        catch
        {
            await end.CancelAsync();
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task WriteAsync(
        PipeWriter writer, IBackupStorage storage, string file, ArchiveFacts facts, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var stored = await storage.OpenAsync(file, cancellationToken);
            await codec.ReadAsync(file, facts, stored, writer.AsStream(leaveOpen: true), progress, cancellationToken);
            await writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            // The reader gets it
            await writer.CompleteAsync(exception);
        }
    }
}
