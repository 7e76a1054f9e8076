namespace ProdReady.BackupWorker.Scheduling;

/// <summary>An occurrence that this process is going to try.</summary>
/// <param name="Occurrence">Which one.</param>
/// <param name="Attempt">Which try it will be, from 1.</param>
/// <param name="Since">The timestamp that the delay counts from: not the wall clock, which may jump meanwhile.</param>
/// <param name="Delay">How long to wait.</param>
internal sealed record PendingRun(DateTimeOffset Occurrence, int Attempt, long Since, TimeSpan Delay)
{
    /// <summary>How long it still has to wait; not above zero when it is time.</summary>
    public TimeSpan Remaining(TimeProvider time) => Delay - time.GetElapsedTime(Since);
}
