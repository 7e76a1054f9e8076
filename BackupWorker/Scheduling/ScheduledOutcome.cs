namespace ProdReady.BackupWorker.Scheduling;

/// <summary>What came of a scheduled run.</summary>
internal enum ScheduledOutcome
{
    /// <summary>It ran to its end.</summary>
    Done,

    /// <summary>It failed, has logged why, and is worth another try later.</summary>
    Failed,

    /// <summary>What is left of it took too long, which was logged, and would again: it waits for the next occurrence.</summary>
    TookTooLong,

    /// <summary>
    /// Somebody holds the lock: another replica with this very occurrence, a run that a person started, or a machine whose end the server
    /// has not noticed yet. It is asked for again shortly, which takes no try, until the occurrence is done.
    /// </summary>
    Busy,

    /// <summary>Nothing of this occurrence is left to do: another process did it.</summary>
    NotOurs,
}
