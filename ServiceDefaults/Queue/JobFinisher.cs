using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>
/// Commits what became of jobs, in batches: while one is under way, the next gathers. An outage delays it; an outcome is
/// given up only when the service stops.
/// </summary>
internal sealed partial class JobFinisher(
    JobQueueDefinition queue, JobStore store, QueueMetrics metrics, QueueOutage outage, TimeProvider time, ILogger logger)
{
    private const int LargestBatch = 1_000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly Channel<FinishedJob> _finished =
        Channel.CreateUnbounded<FinishedJob>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Takes over the end of a job.</summary>
    public void Add(FinishedJob job) => _finished.Writer.TryWrite(job);

    /// <summary>No more will come.</summary>
    public void Complete() => _finished.Writer.TryComplete();

    /// <summary>Commits until all is committed after <see cref="Complete"/>.</summary>
    /// <param name="ended">Told of each job that needs no more care.</param>
    /// <param name="cancellationToken">Gives up what is not committed yet: its leases will end.</param>
    public async Task RunAsync(Action<JobLease> ended, CancellationToken cancellationToken)
    {
        var batch = new List<FinishedJob>();
        while (await _finished.Reader.WaitToReadAsync(cancellationToken))
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _finished.Reader.TryRead(out var job))
            {
                batch.Add(job);
            }

            Report(batch, await CommitAsync(batch, cancellationToken));
            foreach (var job in batch)
            {
                ended(job.Lease);
            }
        }
    }

    private async Task<IReadOnlyList<EndedJob>> CommitAsync(List<FinishedJob> batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var committed = await store.FinishAsync(queue.Name, batch, cancellationToken);
                outage.Over(this);
                return committed;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                outage.Failed(this, exception);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private void Report(List<FinishedJob> batch, IReadOnlyList<EndedJob> committed)
    {
        var ends = batch.ToDictionary(job => job.Lease, job => job.End);
        metrics.Done(queue.Name, committed.Count(job => ends[job.Lease] == JobEnd.Done));
        metrics.Retried(queue.Name, committed.Count(job => !job.Dead && ends[job.Lease] == JobEnd.Retry));
        metrics.Dead(queue.Name, committed.Count(job => job.Dead));
        if (batch.Count - committed.Count is > 0 and var lost)
        {
            metrics.Lost(queue.Name, lost);
            Log.Lost(logger, lost, queue.Name);
        }

        // The next job of an ordering key became ready, and no notification tells
        if (batch.Exists(job => job.OrderingKey is not null))
        {
            queue.Work.Set();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning,
            "The outcome of {Count} jobs of {Queue} was refused: their leases had ended and others have them, or an outage took the answer of the commit before")]
        public static partial void Lost(ILogger logger, int count, string queue);
    }
}
