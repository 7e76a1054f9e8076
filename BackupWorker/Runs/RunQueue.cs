using System.Threading.Channels;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Hands started runs from the request to the worker. The run lock keeps it to one at a time.</summary>
internal sealed class RunQueue
{
    private readonly Channel<StartedRuns> _runs = Channel.CreateUnbounded<StartedRuns>(new() { SingleReader = true });

    /// <returns><see langword="false"/> once the worker takes no more.</returns>
    public bool TryAdd(StartedRuns runs) => _runs.Writer.TryWrite(runs);

    public IAsyncEnumerable<StartedRuns> ReadAllAsync() => _runs.Reader.ReadAllAsync(CancellationToken.None);

    /// <summary>Takes no more runs; what was added before is still read.</summary>
    public void Close() => _runs.Writer.TryComplete();
}
