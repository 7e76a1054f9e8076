namespace ProdReady.BackupWorker.Scheduling;

/// <summary>
/// What took too long in a job's newest occurrence, as far as this process knows. It would again, and hold the lock meanwhile: further tries of
/// the occurrence are for the others, and the next occurrence is for it too.
/// </summary>
internal sealed class SlowParts
{
    private readonly HashSet<string> _parts = [];
    private DateTimeOffset? _occurrence;

    /// <summary>Keeps one.</summary>
    public void Add(DateTimeOffset occurrence, string part)
    {
        if (_occurrence != occurrence)
        {
            _parts.Clear();
            _occurrence = occurrence;
        }

        _parts.Add(part);
    }

    /// <summary>Those among what is left to do of an occurrence.</summary>
    public IReadOnlyList<string> Among(DateTimeOffset occurrence, IEnumerable<string> left) =>
        _occurrence == occurrence ? [.. left.Where(_parts.Contains)] : [];

    /// <summary>What came of an occurrence of which this was not done.</summary>
    public ScheduledOutcome Outcome(DateTimeOffset occurrence, IReadOnlyCollection<string> failed) =>
        failed.Count == 0 ? ScheduledOutcome.Done
        : Among(occurrence, failed).Count == failed.Count ? ScheduledOutcome.TookTooLong
        : ScheduledOutcome.Failed;
}
