using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>How one queue is worked off: <c>Queues:{name}</c>.</summary>
public sealed class JobQueueOptions
{
    /// <summary>The section that holds a section for each queue.</summary>
    public const string SectionName = "Queues";

    /// <summary>Jobs that one process handles at a time, 1 to 1,000.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>
    /// Jobs that one process claims ahead of what it handles, 0 to 10,000. More makes short jobs faster, since they are claimed
    /// in larger batches; fewer leaves long jobs to others.
    /// </summary>
    public int Prefetch { get; set; } = 16;

    /// <summary>
    /// How long a job belongs to a process that shows no sign of life, 1 s to 1 h. While its process lives it is renewed.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often the queue is looked at for what no notification tells: retries that come due, leases that ended, and whatever
    /// a broken connection swallowed. 10 ms to 1 min.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts before a job is parked as dead, 1 to 1,000, unless it was enqueued with another number.</summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>The longest delay after a first failed attempt; doubled with each further one. 10 ms to 1 h.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay after any failed attempt, at least <see cref="FirstDelay"/>, at most 24 h.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long jobs that run when the service stops may still take before they are cancelled, 0 to 1 min. The service then takes up to that and
    /// 5 s to stop: let its container have them.
    /// </summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(3);
}

internal sealed class ValidateJobQueueOptions : IValidateOptions<JobQueueOptions>
{
    public ValidateOptionsResult Validate(string? name, JobQueueOptions options)
    {
        var section = $"{JobQueueOptions.SectionName}:{name}";
        var failures = new List<string>();
        Check(nameof(options.Concurrency), options.Concurrency, 1, 1_000, "16");
        Check(nameof(options.Prefetch), options.Prefetch, 0, 10_000, "16");
        Check(nameof(options.Lease), options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "00:00:30");
        Check(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), "00:00:01");
        Check(nameof(options.MaxAttempts), options.MaxAttempts, 1, 1_000, "20");
        Check(nameof(options.FirstDelay), options.FirstDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), "00:00:01");
        Check(nameof(options.LongestDelay), options.LongestDelay, options.FirstDelay, TimeSpan.FromHours(24), "00:05:00");
        Check(nameof(options.StopGrace), options.StopGrace, TimeSpan.Zero, TimeSpan.FromMinutes(1), "00:00:03");
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Check<T>(string key, T value, T lowest, T highest, string example)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
            {
                failures.Add($"{section}:{key} is {value}, outside {lowest} to {highest}. Example: {example}");
            }
        }
    }
}
