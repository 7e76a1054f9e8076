namespace ProdReady.BackupWorker;

/// <summary>The progress of one file of several that are counted together: it is told the file's bytes, and adds those that are new.</summary>
/// <param name="add">Takes them; several files at a time.</param>
internal sealed class FileProgress(Action<long> add) : IProgress<long>
{
    private long _told;

    public void Report(long value) => add(value - Interlocked.Exchange(ref _told, value));
}
