using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Redaction;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Runs one attempt as a part of the request that enqueued the job: with its trace and its correlation id.</summary>
internal sealed partial class JobRunner<T>(
    JobQueueDefinition queue,
    JsonTypeInfo<T> payload,
    IJobHandler<T> handler,
    JobQueueOptions options,
    QueueMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Longer reasons are cut; whole stack traces are for the log.</summary>
    private const int LongestReason = 2_000;

    /// <summary>Runs it; never throws.</summary>
    public async Task<FinishedJob> RunAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out var parent);
        using var activity = QueueMetrics.Activities.StartActivity($"{queue.Name} process", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.destination.name", queue.Name);
        activity?.SetTag("messaging.message.id", job.Lease.Id);
        activity?.SetTag("prodready.queue.attempt", job.Attempt);
        AmbientCorrelation.Id = job.CorrelationId;
        using var scope = logger.BeginScope(
            new KeyValuePair<string, object?>[] { new("queue", queue.Name), new("jobId", job.Lease.Id) });

        var started = time.GetTimestamp();
        var finished = await HandleAsync(job, cancellationToken);
        activity?.SetStatus(
            finished.End is JobEnd.Done or JobEnd.Postpone ? ActivityStatusCode.Unset : ActivityStatusCode.Error,
            finished.Reason is { } reason ? Redactor.Text(reason) : null);
        metrics.Attempted(queue.Name, Outcome(finished.End), time.GetElapsedTime(started));
        return finished;
    }

    private async Task<FinishedJob> HandleAsync(ClaimedJob claimed, CancellationToken cancellationToken)
    {
        Job<T> job;
        try
        {
            job = new(
                claimed.Lease.Id, Read(claimed.Payload), claimed.Attempt, claimed.MaxAttempts, claimed.OrderingKey, claimed.EnqueuedAt);
        }
        catch (Exception exception)
        {
            return Dead(claimed, $"The payload cannot be read: {exception.Message}");
        }

        try
        {
            return await handler.HandleAsync(job, cancellationToken) switch
            {
                JobOutcome.Done => new(claimed.Lease, claimed.OrderingKey, JobEnd.Done),
                JobOutcome.Retry retry => Retry(claimed, retry.Reason, retry.After, null),
                JobOutcome.Dead dead => Dead(claimed, dead.Reason),
                JobOutcome.Release => new(claimed.Lease, claimed.OrderingKey, JobEnd.Release),
                JobOutcome.Postpone postpone => new(claimed.Lease, claimed.OrderingKey, JobEnd.Postpone, NotNegative(postpone.After)),
                var other => throw new InvalidOperationException($"The handler answered {other?.ToString() ?? "null"}."),
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops, or the lease is over: not the job's fault
            return new(claimed.Lease, claimed.OrderingKey, JobEnd.Release);
        }
        catch (Exception exception)
        {
            return Retry(claimed, $"{exception.GetType().Name}: {exception.Message}", null, exception);
        }
    }

    private T Read(byte[] json) =>
        JsonSerializer.Deserialize(json, payload) ?? throw new JsonException("It is null.");

    private FinishedJob Retry(ClaimedJob job, string reason, TimeSpan? after, Exception? exception)
    {
        var delay = after ?? RetryBackoff.Delay(job.Attempt, options.FirstDelay, options.LongestDelay, Random.Shared.NextDouble());
        if (job.Attempt >= job.MaxAttempts)
        {
            Log.GivenUp(logger, exception, job.Lease.Id, queue.Name, job.Attempt, reason);
        }
        else
        {
            Log.Failed(logger, exception, job.Attempt, job.MaxAttempts, job.Lease.Id, queue.Name, delay, reason);
        }

        return new(job.Lease, job.OrderingKey, JobEnd.Retry, NotNegative(delay), Storable(reason));
    }

    private FinishedJob Dead(ClaimedJob job, string reason)
    {
        Log.GivenUp(logger, null, job.Lease.Id, queue.Name, job.Attempt, reason);
        return new(job.Lease, job.OrderingKey, JobEnd.Dead, Reason: Storable(reason));
    }

    private static TimeSpan NotNegative(TimeSpan delay) => delay > TimeSpan.Zero ? delay : TimeSpan.Zero;

    /// <summary>What Postgres takes as text: without zeros, and without halves of surrogate pairs.</summary>
    private static string Storable(string reason)
    {
        var cut = reason.Length > LongestReason ? reason[..LongestReason] : reason;
        return string.Concat(cut.EnumerateRunes().Where(rune => rune.Value != 0));
    }

    private static string Outcome(JobEnd end) => end switch
    {
        JobEnd.Done => "done",
        JobEnd.Retry => "retry",
        JobEnd.Dead => "dead",
        JobEnd.Postpone => "postponed",
        _ => "cancelled",
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Attempt {Attempt} of {MaxAttempts} at job {Id} of {Queue} failed, again in {Delay}: {Reason}")]
        public static partial void Failed(
            ILogger logger, Exception? exception, int attempt, int maxAttempts, long id, string queue, TimeSpan delay, string reason);

        [LoggerMessage(LogLevel.Error, "Job {Id} of {Queue} is given up after attempt {Attempt}: {Reason}")]
        public static partial void GivenUp(ILogger logger, Exception? exception, long id, string queue, int attempt, string reason);
    }
}
