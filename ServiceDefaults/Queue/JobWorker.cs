using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>
/// Works one queue off, beside any number of others that do so: claims in batches, handles several jobs at a time, renews
/// and ends them in batches.
/// </summary>
internal sealed partial class JobWorker<T>(
    JobQueueDefinition queue,
    JobStore store,
    JobRunner<T> runner,
    JobQueueOptions options,
    QueueMetrics metrics,
    QueueOutage outage,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger logger) : BackgroundService
{
    private const int LargestBatch = 1_000;

    /// <summary>What cancelled jobs, and then the last commit, may take when the service stops.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>What a renewal is given at least: a database that is slow for a moment is not one that hangs.</summary>
    private static readonly TimeSpan ShortestRenewal = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<JobLease, HeldJob> _held = new();
    private readonly Channel<HeldJob> _claimed = Channel.CreateUnbounded<HeldJob>();
    private readonly WakeUp _room = new();
    private readonly JobFinisher _finisher = new(queue, store, metrics, outage, time, logger);

    /// <remarks>
    /// It ends when the service begins to stop, not when its turn comes: services are stopped one after the other, and several queues
    /// would not all have their <see cref="JobQueueOptions.StopGrace"/>.
    /// </remarks>
    protected override async Task ExecuteAsync(CancellationToken ownTurn)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ownTurn, lifetime.ApplicationStopping);
        var stoppingToken = stop.Token;
        using var upkeep = new CancellationTokenSource();
        using var lastCommit = new CancellationTokenSource();
        var finishing = _finisher.RunAsync(Forget, lastCommit.Token);
        var renewing = RenewAsync(upkeep.Token);
        var expiring = ExpireAsync(stoppingToken);
        Task[] handling = [.. Enumerable.Range(0, options.Concurrency).Select(_ => HandleAsync(stoppingToken))];
        await ClaimAsync(stoppingToken);

        // What was not begun is given back first, so that others take it at once
        while (_claimed.Reader.TryRead(out var held))
        {
            Finish(held, new(held.Job.Lease, held.Job.OrderingKey, JobEnd.Release));
        }

        await DrainAsync(Task.WhenAll(handling));
        _finisher.Complete();
        lastCommit.CancelAfter(LastWords);
        await Task.WhenAll(finishing, expiring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await upkeep.CancelAsync();
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task DrainAsync(Task handling)
    {
        // Two waits, since a handler may not care for the cancellation; its lease ends by itself then
        foreach (var patience in new[] { options.StopGrace, LastWords })
        {
            await handling.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var held in _held.Values)
            {
                held.Cancel();
            }
        }

        if (!handling.IsCompleted)
        {
            Log.Abandoned(logger, _held.Count, queue.Name);
        }
    }

    /// <summary>Claims whenever there may be work and there is room for it; returns when the service stops.</summary>
    private async Task ClaimAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await queue.Work.WaitAsync(stoppingToken);
                while (await ClaimOnceAsync(await RoomAsync(stoppingToken)))
                {
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <returns>Whether there may be more.</returns>
    /// <remarks>Not cancelled when the service stops: what a cancelled claim has taken after all, nobody would give back.</remarks>
    private async Task<bool> ClaimOnceAsync(int limit)
    {
        try
        {
            var started = time.GetTimestamp();
            var claim = await store.ClaimAsync(queue.Name, limit, options.Lease, CancellationToken.None);
            metrics.Claimed(queue.Name, claim.Jobs, time.GetElapsedTime(started), time.GetUtcNow());
            foreach (var job in claim.Jobs)
            {
                var held = new HeldJob(job, options.Lease, started, time);
                _held[job.Lease] = held;
                _claimed.Writer.TryWrite(held);
            }

            if (claim.HasArrivals)
            {
                await store.ArrangeAsync(queue.Name, CancellationToken.None);
            }

            outage.Over(_claimed);
            return claim.HasArrivals || claim.Jobs.Count == limit;
        }
        catch (Exception exception)
        {
            outage.Failed(_claimed, exception);
            return false;
        }
    }

    /// <summary>Waits until it is time to claim again, in a batch rather than for each job that has ended.</summary>
    private async Task<int> RoomAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            stoppingToken.ThrowIfCancellationRequested();
            var room = options.Concurrency + options.Prefetch - _held.Count;
            if (room > 0 && _claimed.Reader.Count <= options.Prefetch / 2)
            {
                return Math.Min(room, LargestBatch);
            }

            await _room.WaitAsync(stoppingToken);
        }
    }

    /// <summary>One of as many loops as jobs may run at a time.</summary>
    private async Task HandleAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            HeldJob held;
            try
            {
                held = await _claimed.Reader.ReadAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            _room.Set();
            Finish(held, held.TryBegin(out var cancellationToken)
                ? await runner.RunAsync(held.Job, cancellationToken)
                : new(held.Job.Lease, held.Job.OrderingKey, JobEnd.Release));
        }
    }

    private void Finish(HeldJob held, FinishedJob finished)
    {
        held.End();
        _finisher.Add(finished);
    }

    private void Forget(JobLease lease)
    {
        _held.TryRemove(lease, out _);
        _room.Set();
    }

    /// <summary>Renews what is held, often enough that one failure does not lose a lease.</summary>
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (_held.IsEmpty)
            {
                outage.Over(_held);
            }

            foreach (var part in _held.Values.Chunk(LargestBatch))
            {
                await RenewAsync(part, cancellationToken);
            }
        }
    }

    private async Task RenewAsync(HeldJob[] jobs, CancellationToken cancellationToken)
    {
        // A statement that hangs is given up while another may still save the leases
        using var deadline = new CancellationTokenSource(options.Lease / 3 > ShortestRenewal ? options.Lease / 3 : ShortestRenewal, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var sent = time.GetTimestamp();
            var renewed = await store.RenewAsync([.. jobs.Select(held => held.Job.Lease)], options.Lease, either.Token);
            outage.Over(_held);
            foreach (var held in jobs)
            {
                if (renewed.Contains(held.Job.Lease))
                {
                    held.Renewed(sent);
                }
                else if (!held.IsEnding)
                {
                    held.Cancel();
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            outage.Failed(_held, exception);
        }
    }

    /// <summary>Polls, and takes back what workers that died have held.</summary>
    private async Task ExpireAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, time);
        do
        {
            try
            {
                var expired = await store.ExpireAsync(queue.Name, stoppingToken);
                metrics.Expired(queue.Name, expired.Count);
                metrics.Dead(queue.Name, expired.Count(job => job.Dead));
                outage.Over(timer);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                outage.Failed(timer, exception);
            }

            queue.Work.Set();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} jobs of {Queue} did not end in time; they are repeated when their leases end")]
        public static partial void Abandoned(ILogger logger, int count, string queue);
    }
}
