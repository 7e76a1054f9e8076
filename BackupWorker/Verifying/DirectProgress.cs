namespace ProdReady.BackupWorker.Verifying;

/// <summary>Progress that is told at once and in order; <see cref="Progress{T}"/> tells it some time on some thread.</summary>
internal sealed class DirectProgress(Action<long> report) : IProgress<long>
{
    public void Report(long value) => report(value);
}
