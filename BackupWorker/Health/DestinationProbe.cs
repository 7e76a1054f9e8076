using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Health;

/// <summary>
/// Whether a destination can be written to. Anybody may ask for the service's health, as often as they like; a destination is asked
/// now and then, since each probe of a bucket costs money, and leaves two versions in one that keeps versions.
/// </summary>
internal sealed class DestinationProbe(IBackupStorage storage, TimeProvider time)
{
    /// <summary>How long a good answer holds.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5);

    /// <summary>How long a bad one does: what is mended should show soon.</summary>
    private static readonly TimeSpan BadFor = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task<string?> _probe = Task.FromResult<string?>(null);
    private long? _began;
    private TimeSpan _holds;

    /// <summary>The reason why not, or <see langword="null"/>.</summary>
    public async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        Task<string?> probe;
        lock (_gate)
        {
            if (_probe.IsCompleted && (_began is not { } began || time.GetElapsedTime(began) >= _holds))
            {
                (_began, _holds) = (time.GetTimestamp(), GoodFor);
                _probe = ProbeAsync();
            }

            probe = _probe;
        }

        try
        {
            return await probe.WaitAsync(Timeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // There is never more than one probe that hangs
            return $"{storage.Location} does not answer within {Timeout.TotalSeconds:F0} s.";
        }
    }

    private async Task<string?> ProbeAsync()
    {
        // A folder that hangs does so in calls that are not asynchronous
        await Task.Yield();
        string? reason;
        try
        {
            reason = await storage.WhyNotAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            reason = FailureSentence.Of(exception);
        }

        if (reason is not null)
        {
            _holds = BadFor;
        }

        return reason;
    }
}
