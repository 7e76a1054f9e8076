namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Does the jobs of one queue.</summary>
/// <remarks>
/// A job is done <em>at least</em> once: a process may die between its work and the note that it is done. So the work must
/// be safe to repeat, by the job's id or a key in its payload.
/// </remarks>
public interface IJobHandler<T>
{
    /// <summary>Does one job; an exception counts as <see cref="JobOutcome.Retry"/>. Called for several jobs at a time.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the service stops and its grace is over, and when the job's lease is lost: others may then have begun it.
    /// </param>
    Task<JobOutcome> HandleAsync(Job<T> job, CancellationToken cancellationToken);
}
