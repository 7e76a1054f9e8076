namespace ProdReady.Webhooks.Delivery.Gating;

/// <summary>Whether a destination is switched off. Until that is known, nothing passes.</summary>
internal sealed class DisabledSwitch
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _on = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why it is off; <see langword="null"/> if it is on, or not known yet.</summary>
    public string? Reason { get; private set; }

    public bool IsOn
    {
        get
        {
            lock (_lock)
            {
                return _on.Task.IsCompleted;
            }
        }
    }

    /// <summary>Waits until it is on.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _on.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Switches it: off for a reason, on without.</summary>
    public void Set(string? reason)
    {
        lock (_lock)
        {
            Reason = reason;
            if (reason is null)
            {
                _on.TrySetResult();
            }
            else if (_on.Task.IsCompleted)
            {
                _on = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
