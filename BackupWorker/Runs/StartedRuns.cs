namespace ProdReady.BackupWorker.Runs;

/// <summary>Runs that have the lock and a row each, and are carried out one after the other. Disposing them lets the next ones start.</summary>
/// <param name="Runs">One for each database.</param>
/// <param name="Lock">What keeps others from starting.</param>
internal sealed record StartedRuns(IReadOnlyList<StartedRun> Runs, RunLock Lock) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Lock.DisposeAsync();
}
