namespace ProdReady.ServiceDefaults.Queue;

/// <summary>A job to put into a queue.</summary>
/// <param name="Payload">What its handler gets.</param>
public sealed record NewJob<T>(T Payload)
{
    /// <summary>Jobs of one key run one at a time, in the order of their arrival; <see langword="null"/> for no order.</summary>
    /// <remarks>
    /// One that is retried keeps the later ones of its key waiting until it is done or dead. One that is not due yet does so too.
    /// </remarks>
    public string? OrderingKey { get; init; }

    /// <summary>While the queue holds a job of this key, running and dead ones included, another one is not added.</summary>
    public string? DeduplicationKey { get; init; }

    /// <summary>Which due jobs are taken first.</summary>
    public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>How long it waits before it is due, by the database's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many tries it gets, at least 1; the queue's own number by default.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>What it is a part of, in place of what the enqueuing code is a part of.</summary>
    public JobOrigin? Origin { get; init; }
}

/// <summary>The work that caused a job: its attempts belong to the same trace, and their log lines have the same correlation id.</summary>
/// <param name="CorrelationId">The correlation id.</param>
/// <param name="TraceParent">The W3C trace parent.</param>
public sealed record JobOrigin(string? CorrelationId, string? TraceParent);
