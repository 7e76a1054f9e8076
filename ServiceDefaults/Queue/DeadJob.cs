namespace ProdReady.ServiceDefaults.Queue;

/// <summary>A job that was given up.</summary>
/// <param name="Id">Its id in the queue.</param>
/// <param name="Payload">Its payload, as JSON.</param>
/// <param name="Attempts">How many attempts were begun.</param>
/// <param name="Reason">Why the last one failed.</param>
/// <param name="EnqueuedAt">When it was enqueued.</param>
/// <param name="DeadAt">When it was given up.</param>
/// <param name="CorrelationId">The correlation id of the request that enqueued it.</param>
public sealed record DeadJob(
    long Id,
    string Payload,
    int Attempts,
    string Reason,
    DateTimeOffset EnqueuedAt,
    DateTimeOffset DeadAt,
    string? CorrelationId);
