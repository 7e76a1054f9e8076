namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>The state of a circuit, by its number in metrics.</summary>
internal enum CircuitState
{
    /// <summary>Requests pass.</summary>
    Closed,

    /// <summary>One request may try whether it works again.</summary>
    HalfOpen,

    /// <summary>No request passes.</summary>
    Open,
}

/// <summary>
/// Leaves one destination alone after failures in a row, or a share of failures, until one request has found it working again.
/// </summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile CircuitState _state;
    private bool _probing;
    private int _consecutive;
    private int _requests;
    private int _failures;
    private long _windowStart = time.GetTimestamp();
    private long _opened;
    private TimeSpan _openFor;

    /// <summary>What it would say to a request now.</summary>
    public CircuitState State => _state == CircuitState.Open && Left == TimeSpan.Zero ? CircuitState.HalfOpen : _state;

    /// <summary>How long it stays open.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = _openFor - time.GetElapsedTime(Interlocked.Read(ref _opened));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Claims the one request that may try a destination whose time is over.</summary>
    public bool TryProbe()
    {
        lock (_lock)
        {
            if (_probing || State != CircuitState.HalfOpen)
            {
                return false;
            }

            _state = CircuitState.HalfOpen;
            return _probing = true;
        }
    }

    /// <summary>A request that went well.</summary>
    /// <returns>Whether it closed the circuit.</returns>
    public bool Succeeded(bool probe)
    {
        if (!probe)
        {
            // The way of nearly every request: no lock, and a write that others see only where there was a failure
            Interlocked.Increment(ref _requests);
            if (Volatile.Read(ref _consecutive) != 0)
            {
                Volatile.Write(ref _consecutive, 0);
            }

            // Of a request that began before the circuit opened, a success says little
            return false;
        }

        lock (_lock)
        {
            _probing = false;
            _state = CircuitState.Closed;
            StartWindow();
            return true;
        }
    }

    /// <summary>A request that failed.</summary>
    /// <returns>Whether it opened the circuit, again or for the first time.</returns>
    public bool Failed(CircuitBreakerOptions options, bool probe)
    {
        lock (_lock)
        {
            if (probe || _state != CircuitState.Closed)
            {
                return probe && Open(options);
            }

            if (time.GetElapsedTime(_windowStart) > Window)
            {
                var consecutive = _consecutive;
                StartWindow();
                _consecutive = consecutive;
            }

            _failures++;
            _consecutive++;
            var requests = Interlocked.Increment(ref _requests);
            return (_consecutive >= options.ConsecutiveFailures
                || (requests >= options.MinRequests && _failures >= requests * options.FailureRatio)) && Open(options);
        }
    }

    /// <summary>A request that says nothing of the destination, such as one whose client went away.</summary>
    public void Unknown(bool probe)
    {
        if (probe)
        {
            lock (_lock)
            {
                _probing = false;
            }
        }
    }

    private bool Open(CircuitBreakerOptions options)
    {
        _probing = false;
        _openFor = options.OpenFor;
        Interlocked.Exchange(ref _opened, time.GetTimestamp());
        _state = CircuitState.Open;
        return true;
    }

    private void StartWindow()
    {
        _windowStart = time.GetTimestamp();
        _requests = _failures = _consecutive = 0;
    }
}
