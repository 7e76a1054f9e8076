namespace ProdReady.Webhooks.Delivery.Gating;

/// <summary>The state of a circuit, by its number in metrics.</summary>
internal enum CircuitState
{
    /// <summary>Deliveries pass.</summary>
    Closed,

    /// <summary>One delivery may try whether the receiver is well again.</summary>
    HalfOpen,

    /// <summary>No delivery passes.</summary>
    Open,
}

/// <summary>
/// Leaves a receiver alone after failures in a row: for 10 s, then twice as long with each try that fails, 5 minutes at most. Not
/// the gateway's: that one serves callers who do not wait.
/// </summary>
internal sealed class DeliveryCircuit(int failures, TimeProvider time)
{
    private static readonly TimeSpan FirstOpen = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestOpen = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _open;
    private bool _probing;
    private int _consecutive;
    private long _openedAt;
    private TimeSpan _openFor = FirstOpen;

    public CircuitState State
    {
        get
        {
            lock (_lock)
            {
                return !_open ? CircuitState.Closed : Left > TimeSpan.Zero ? CircuitState.Open : CircuitState.HalfOpen;
            }
        }
    }

    private TimeSpan Left => _openFor - time.GetElapsedTime(_openedAt);

    /// <summary>Takes a delivery's permission to pass, if it has one now.</summary>
    /// <param name="probe">Whether it is the one that tries; then its end must be told.</param>
    public bool TryEnter(out bool probe)
    {
        lock (_lock)
        {
            probe = _open && !_probing && Left <= TimeSpan.Zero;
            _probing |= probe;
            return !_open || probe;
        }
    }

    /// <summary>Waits until it is worth while to ask again.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task changed;
        TimeSpan left;
        lock (_lock)
        {
            if (!_open || (!_probing && Left <= TimeSpan.Zero))
            {
                return;
            }

            changed = _changed.Task;
            left = _probing ? Timeout.InfiniteTimeSpan : Left;
        }

        try
        {
            await changed.WaitAsync(left, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Its time is over
        }
    }

    /// <summary>The receiver has answered, and is well.</summary>
    /// <returns>Whether that closed the circuit.</returns>
    /// <remarks>Of a delivery that began before the circuit opened, a success says little; but it is a success.</remarks>
    public bool Succeeded()
    {
        lock (_lock)
        {
            _consecutive = 0;
            var closes = _open;
            (_open, _probing, _openFor) = (false, false, FirstOpen);
            Changed(closes);
            return closes;
        }
    }

    /// <summary>The receiver failed.</summary>
    /// <returns>For how long that opened the circuit, if it did.</returns>
    public TimeSpan? Failed(bool probe)
    {
        lock (_lock)
        {
            if (_open && !probe)
            {
                return null;
            }

            _consecutive++;
            if (!probe && _consecutive < failures)
            {
                return null;
            }

            _openFor = probe ? TimeSpan.FromTicks(Math.Min(_openFor.Ticks * 2, LongestOpen.Ticks)) : FirstOpen;
            (_open, _probing, _openedAt) = (true, false, time.GetTimestamp());
            Changed(true);
            return _openFor;
        }
    }

    /// <summary>The delivery ended without a word about the receiver.</summary>
    public void Unknown(bool probe)
    {
        if (probe)
        {
            lock (_lock)
            {
                _probing = false;
                Changed(true);
            }
        }
    }

    private void Changed(bool changed)
    {
        if (changed)
        {
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
