namespace ProdReady.ServiceDefaults.Queue;

/// <summary>A job that this process has claimed, until its end is committed.</summary>
internal sealed class HeldJob(ClaimedJob job, TimeSpan lease, long claimedAt, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private long _renewedAt = claimedAt;
    private CancellationTokenSource? _running;
    private bool _lost;

    public ClaimedJob Job => job;

    /// <summary>Whether its outcome is known, and only has to be committed.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>
    /// Begins an attempt, unless the lease is lost, or may be over already. The token is cancelled when it may be over later: the time is
    /// measured here from before the claim or renewal was sent, so that it ends here before it ends in the database.
    /// </summary>
    public bool TryBegin(out CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var left = lease - time.GetElapsedTime(_renewedAt);
            if (_lost || left <= TimeSpan.Zero)
            {
                cancellationToken = default;
                return false;
            }

            _running = new CancellationTokenSource(left, time);
            cancellationToken = _running.Token;
            return true;
        }
    }

    /// <summary>The lease counts from <paramref name="sentAt"/>.</summary>
    public void Renewed(long sentAt)
    {
        lock (_lock)
        {
            _renewedAt = sentAt;
            var left = lease - time.GetElapsedTime(sentAt);
            _running?.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    /// <summary>Cancels the attempt that runs, and begins none any more.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            _lost = true;
            // What others have registered runs elsewhere, not under the lock
            _ = _running?.CancelAsync();
        }
    }

    /// <summary>The attempt is over.</summary>
    public void End()
    {
        IsEnding = true;
        Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _running?.Dispose();
            _running = null;
        }
    }
}
