namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// How much committed work would be lost with the server now: how long ago the newest position was current that every destination holds.
/// A server that does not say its position counts as one that goes on.
/// </summary>
internal sealed class WalLag(TimeProvider time)
{
    private readonly Queue<(DateTimeOffset At, WalPosition Position)> _seen = new();
    private readonly Lock _lock = new();
    private DateTimeOffset? _held;

    /// <summary>Nothing while another replica receives the log.</summary>
    public TimeSpan? Now
    {
        get
        {
            lock (_lock)
            {
                return _held is { } held ? time.GetUtcNow() - held : null;
            }
        }
    }

    /// <summary>From now on it is measured.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _held ??= time.GetUtcNow();
        }
    }

    /// <summary>Another replica may receive the log.</summary>
    public void End()
    {
        lock (_lock)
        {
            _seen.Clear();
            _held = null;
        }
    }

    /// <summary>The server's position now.</summary>
    public void Saw(WalPosition current)
    {
        lock (_lock)
        {
            _seen.Enqueue((time.GetUtcNow(), current));
        }
    }

    /// <summary>Every destination holds the log up to here.</summary>
    public void Holds(WalPosition position)
    {
        lock (_lock)
        {
            while (_seen.TryPeek(out var oldest) && oldest.Position <= position)
            {
                _held = oldest.At;
                _seen.Dequeue();
            }
        }
    }
}
