using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ProdReady.ServiceDefaults.GroupCommit;

/// <summary>
/// Coalesces concurrent callers into one statement. Nobody waits on purpose: the first caller's request goes at once, and
/// those that come while it commits make up the next batch.
/// </summary>
/// <typeparam name="TRequest">What a caller hands in.</typeparam>
/// <typeparam name="TResult">What it gets.</typeparam>
public sealed class GroupCommit<TRequest, TResult> : IAsyncDisposable
{
    private readonly GroupCommitOptions<TRequest> _options;
    private readonly Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TResult>>> _commit;
    private readonly GroupCommitMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Queue<GroupCommitEntry<TRequest, TResult>> _waiting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _closed;

    /// <summary>Creates it.</summary>
    /// <param name="options">How requests are gathered.</param>
    /// <param name="commit">
    /// Commits a batch, whole or not at all, and answers one result for each request, in their order. It must end by itself,
    /// by time-outs of its own: a batch is not given up with its callers.
    /// </param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="time">The clock.</param>
    public GroupCommit(
        GroupCommitOptions<TRequest> options,
        Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TResult>>> commit,
        GroupCommitMetrics metrics,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1);
        _options = options;
        _commit = commit;
        _metrics = metrics;
        _time = time;
        metrics.Started(options.Name);
    }

    /// <summary>Commits <paramref name="request"/> together with whatever else is there.</summary>
    /// <returns>Its own result.</returns>
    /// <remarks>
    /// After <see cref="TimeoutException"/> or <see cref="OperationCanceledException"/> the request may be committed after all,
    /// and whatever memory it refers to may still be on its way to the server: it must not be used again.
    /// </remarks>
    /// <exception cref="GroupCommitFullException">Too many wait. Nothing was done.</exception>
    /// <exception cref="TimeoutException">There was no result in time.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled; nobody else notices.</exception>
    /// <exception cref="ObjectDisposedException">It is being disposed of.</exception>
    public async Task<TResult> AddAsync(TRequest request, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var entry = Enqueue(request);
        try
        {
            return await entry.Result.WaitAsync(_options.Timeout, _time, cancellationToken);
        }
        catch (TimeoutException) when (!entry.Result.IsCompleted)
        {
            _metrics.TimedOut(_options.Name);
            throw;
        }
        finally
        {
            entry.Abandon();
            _metrics.Waited(_options.Name, _time.GetElapsedTime(started));
        }
    }

    /// <summary>Takes no more requests, and waits until those that were taken are committed or have failed.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (_running == 0)
            {
                _drained.TrySetResult();
            }
        }

        await _drained.Task;
    }

    private GroupCommitEntry<TRequest, TResult> Enqueue(TRequest request)
    {
        var entry = new GroupCommitEntry<TRequest, TResult>(request, _options.Weigh(request));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_waiting.Count < _options.Capacity)
            {
                _waiting.Enqueue(entry);
                if (_running < _options.Slots)
                {
                    _running++;
                    StartSlot();
                }

                return entry;
            }
        }

        _metrics.Refused(_options.Name);
        throw new GroupCommitFullException(_options.Name);
    }

    private void StartSlot()
    {
        // It outlives this caller, whose context it must not keep
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _ = Task.Run(RunSlotAsync);
    }

    /// <summary>One batch after the other, until nobody waits.</summary>
    private async Task RunSlotAsync()
    {
        while (TryTake(out var batch))
        {
            _metrics.Batch(_options.Name, batch.Count);
            await CommitInContextAsync(batch);
        }
    }

    /// <summary>As a part of the first caller's trace, with links to the others'.</summary>
    private async Task CommitInContextAsync(List<GroupCommitEntry<TRequest, TResult>> batch)
    {
        if (batch[0].Context is { } context)
        {
            ExecutionContext.Restore(context);
        }

        using var activity = batch.Count == 1 ? null : GroupCommitMetrics.Activities.StartActivity(
            $"{_options.Name} group commit",
            ActivityKind.Internal,
            batch[0].Trace,
            links: batch.Skip(1).Where(entry => entry.Trace != default).Select(entry => new ActivityLink(entry.Trace)));
        await CommitAsync(batch);
    }

    private bool TryTake([NotNullWhen(true)] out List<GroupCommitEntry<TRequest, TResult>>? batch)
    {
        lock (_lock)
        {
            batch = [];
            var weight = 0L;
            while (batch.Count < _options.MaxBatch && _waiting.TryPeek(out var entry))
            {
                if (batch.Count > 0 && !entry.IsAbandoned && weight + entry.Weight > _options.MaxWeight)
                {
                    return true;
                }

                _waiting.Dequeue();
                if (entry.TryTake())
                {
                    weight += entry.Weight;
                    batch.Add(entry);
                }
            }

            if (batch.Count > 0)
            {
                return true;
            }

            batch = null;
            _running--;
            if (_closed && _running == 0)
            {
                _drained.TrySetResult();
            }

            return false;
        }
    }

    /// <summary>
    /// Commits a batch; where one request may be at fault, its halves, until that one stands alone. A few statements find it
    /// among hundreds.
    /// </summary>
    private async Task CommitAsync(List<GroupCommitEntry<TRequest, TResult>> batch)
    {
        try
        {
            var results = await _commit(batch.ConvertAll(entry => entry.Request));
            if (results.Count != batch.Count)
            {
                throw new InvalidOperationException($"{results.Count} results for {batch.Count} requests of {_options.Name}.");
            }

            for (var index = 0; index < batch.Count; index++)
            {
                batch[index].Succeed(results[index]);
            }
        }
        catch (Exception exception) when (batch.Count > 1 && _options.IsFaultOfOne(exception))
        {
            _metrics.Split(_options.Name);
            await CommitAsync(batch[..(batch.Count / 2)]);
            await CommitAsync(batch[(batch.Count / 2)..]);
        }
        catch (Exception exception)
        {
            batch.ForEach(entry => entry.Fail(exception));
        }
    }
}
