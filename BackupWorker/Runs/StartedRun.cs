namespace ProdReady.BackupWorker.Runs;

/// <summary>A run that has the lock and a row, and waits to be carried out. Disposing it lets the next one start.</summary>
internal sealed record StartedRun(string Id, string Database, DateTimeOffset StartedAt, RunLock Lock) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Lock.DisposeAsync();
}
