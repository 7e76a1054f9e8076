namespace ProdReady.ServiceDefaults.Queue;

/// <summary>What proves that a job is still its claimer's.</summary>
internal readonly record struct JobLease(long Id, Guid Token);

/// <summary>A job as it was claimed.</summary>
internal sealed record ClaimedJob(
    JobLease Lease,
    byte[] Payload,
    int Attempt,
    int MaxAttempts,
    string? OrderingKey,
    DateTimeOffset DueAt,
    DateTimeOffset EnqueuedAt,
    string? CorrelationId,
    string? TraceParent,
    JobPriority Priority);

/// <summary>What a claim brought.</summary>
/// <param name="Jobs">The jobs, those first that were due first.</param>
/// <param name="HasArrivals">Whether jobs with an ordering key have arrived that nobody has put in their place yet.</param>
internal sealed record Claim(IReadOnlyList<ClaimedJob> Jobs, bool HasArrivals);

/// <summary>A job as it is enqueued.</summary>
internal sealed record JobRow(
    byte[] Payload,
    string? OrderingKey,
    string? DeduplicationKey,
    JobPriority Priority,
    TimeSpan Delay,
    int MaxAttempts,
    string? CorrelationId,
    string? TraceParent);

/// <summary>How a claimed job ends.</summary>
internal enum JobEnd
{
    /// <summary>Done: deleted.</summary>
    Done,

    /// <summary>Failed: tried again after its delay, or dead after its last attempt.</summary>
    Retry,

    /// <summary>Given up.</summary>
    Dead,

    /// <summary>Given back; the attempt does not count.</summary>
    Release,

    /// <summary>Given back until its delay is over; the attempt does not count.</summary>
    Postpone,

    /// <summary>Taken from a worker that no longer renewed it, if that is still so.</summary>
    Expire,
}

/// <summary>A claimed job and how it ends.</summary>
internal sealed record FinishedJob(
    JobLease Lease, string? OrderingKey, JobEnd End, TimeSpan Delay = default, string? Reason = null);

/// <summary>What the database made of a <see cref="FinishedJob"/> whose claim still held.</summary>
internal readonly record struct EndedJob(JobLease Lease, bool Dead);
