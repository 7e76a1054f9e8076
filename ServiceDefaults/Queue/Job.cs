namespace ProdReady.ServiceDefaults.Queue;

/// <summary>A job that is to be done now.</summary>
/// <param name="Id">Its id in the queue, the same for each attempt.</param>
/// <param name="Payload">What it was enqueued with.</param>
/// <param name="Attempt">Which attempt this is, from 1. Attempts whose process died are counted.</param>
/// <param name="MaxAttempts">How many it gets.</param>
/// <param name="OrderingKey">Its ordering key, if it has one.</param>
/// <param name="EnqueuedAt">When it was enqueued, by the database's clock.</param>
public sealed record Job<T>(
    long Id, T Payload, int Attempt, int MaxAttempts, string? OrderingKey, DateTimeOffset EnqueuedAt);
