namespace ProdReady.BackupWorker.Scheduling;

/// <summary>The longest time of one part of a run, such as the backup of one database: the others have their own.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeSpan _longest;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;

    public Deadline(TimeSpan longest, TimeProvider time, CancellationToken stopping)
    {
        (_longest, Stopping) = (longest, stopping);
        _late = new(longest, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _late.Token);
    }

    /// <summary>Ends the part: it took too long, or all is to end.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Ends everything, and not because it took too long.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Whether it took too long, which somebody who ends everything afterwards does not change.</summary>
    public bool HasPassed => _late.IsCancellationRequested;

    /// <summary>Why it was ended, to follow "because".</summary>
    public string Why => HasPassed
        ? $"it took longer than {_longest}. See {ScheduleOptions.SectionName}:{nameof(ScheduleOptions.MaxDuration)}"
        : "the process was told to end";

    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
    }
}
