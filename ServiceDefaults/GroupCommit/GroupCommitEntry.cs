using System.Diagnostics;

namespace ProdReady.ServiceDefaults.GroupCommit;

/// <summary>A caller's request and its result.</summary>
internal sealed class GroupCommitEntry<TRequest, TResult>(TRequest request, long weight)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = Waiting;

    public Task<TResult> Result => _result.Task;

    public TRequest Request { get; private set; } = request;

    public long Weight => weight;

    /// <summary>What the caller is in the middle of: its trace, its correlation id.</summary>
    public ExecutionContext? Context { get; } = ExecutionContext.Capture();

    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    public bool IsAbandoned => Volatile.Read(ref _state) == Abandoned;

    /// <summary>Takes it into a batch, unless its caller no longer waits.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>The caller no longer waits: what no batch has taken is not committed, and not kept in memory.</summary>
    public void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Waiting) == Waiting)
        {
            Request = default!;
        }
    }

    public void Succeed(TResult result) => _result.TrySetResult(result);

    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);
        // Looked at here, since its caller may be gone
        _ = _result.Task.Exception;
    }
}
