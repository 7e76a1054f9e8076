namespace ProdReady.ServiceDefaults.GroupCommit;

/// <summary>How requests are gathered.</summary>
/// <typeparam name="TRequest">What a caller hands in.</typeparam>
public sealed class GroupCommitOptions<TRequest>
{
    /// <summary>Its name in metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Requests in one batch at most.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>Batches under way at a time: each takes a connection.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>Requests that wait at most; further ones are refused at once.</summary>
    public int Capacity { get; init; } = 4_096;

    /// <summary>How long a caller waits for its result.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How much a request weighs in its batch, such as its bytes; nothing by default.</summary>
    public Func<TRequest, long> Weigh { get; init; } = _ => 0;

    /// <summary>What the requests of one batch weigh at most; one that is heavier by itself goes alone.</summary>
    public long MaxWeight { get; init; } = long.MaxValue;

    /// <summary>
    /// Whether a failure may be the fault of one request alone, so that the others are tried without it. Not for a lost
    /// connection: what nobody can commit now fails for all.
    /// </summary>
    public Func<Exception, bool> IsFaultOfOne { get; init; } = PostgresFaults.IsFaultOfOneRow;
}
