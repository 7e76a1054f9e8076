namespace ProdReady.ServiceDefaults.Queue;

/// <summary>What became of an attempt.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    /// <summary>The job is done and leaves the queue.</summary>
    public sealed record Done : JobOutcome;

    /// <summary>The job is tried again, or parked as dead if this was its last attempt.</summary>
    /// <param name="Reason">Why, for the operator. No secrets: it is kept with the job.</param>
    /// <param name="After">When, from now; <see langword="null"/> for exponential backoff with full jitter.</param>
    public sealed record Retry(string Reason, TimeSpan? After = null) : JobOutcome;

    /// <summary>The job can never succeed. It is parked, and stays until an operator requeues it.</summary>
    /// <param name="Reason">Why, for the operator. No secrets: it is kept with the job.</param>
    public sealed record Dead(string Reason) : JobOutcome;

    /// <summary>The job was not begun, since the service stops: others have it at once, and the attempt does not count.</summary>
    public sealed record Release : JobOutcome;

    /// <summary>It is not the job's time: it comes back later, and the attempt does not count. Not a failure.</summary>
    /// <param name="After">When, from now.</param>
    public sealed record Postpone(TimeSpan After) : JobOutcome;
}
