using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Gating;
using ProdReady.Webhooks.Delivery.Operating;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Delivery;

/// <summary>Delivers the events of one destination's queue.</summary>
/// <remarks>
/// What has to wait for the destination waits here and holds its job, whose lease is renewed: so waiting uses up no try, and what
/// waits is a few times one process' concurrency, not the whole queue. The state is written before the job ends: at least once.
/// </remarks>
internal sealed partial class DeliveryHandler(
    Destination destination,
    DeliveryBatches batches,
    DestinationSwitches switches,
    DeliveryMetrics metrics,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<DeliveryHandler> logger) : IJobHandler<DeliveryJob>
{
    private static readonly TimeSpan SealedDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    public async Task<JobOutcome> HandleAsync(Job<DeliveryJob> job, CancellationToken cancellationToken)
    {
        if (await EnterAsync(cancellationToken) is not { } passage)
        {
            return new JobOutcome.Release();
        }

        Sending sending;
        using (passage)
        {
            sending = await SendAsync(job.Payload, passage, cancellationToken);
            if (sending.Tried is { Answer.Verdict: DeliveryVerdict.Gone } last)
            {
                // Nobody takes its place before the receiver is switched off
                return await ConcludeAsync(last, sending.Attempt, cancellationToken);
            }
        }

        // While this is written down, another one is under way in its place: else a receiver would wait for our disk
        return sending.Tried is { } tried ? await ConcludeAsync(tried, sending.Attempt, cancellationToken) : sending.Outcome!;
    }

    /// <returns>Nothing if the service stops.</returns>
    private async Task<DeliveryPassage?> EnterAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await destination.Gate.EnterAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<Sending> SendAsync(DeliveryJob job, DeliveryPassage passage, CancellationToken cancellationToken)
    {
        var key = new DeliveryKey(job.EventId, job.ReceivedAt, destination.Name);
        var loaded = await WhenThereAsync(() => batches.LoadAsync(key, cancellationToken), cancellationToken);
        if (loaded is { Progress.State: not DeliveryState.Pending })
        {
            // Another process did it, and died before it could end the job
            return new(Outcome: new JobOutcome.Done());
        }

        var (startedAt, attempt) = (time.GetUtcNow(), (loaded.Progress?.Attempts ?? 0) + 1);
        if (loaded is not { Progress: not null, Content: { } content })
        {
            return new(new(key, startedAt, NotKept, DeliveryState.Dead, startedAt, job.ReplayId), attempt);
        }

        if (content.IsSealed)
        {
            // Ours to mend, and no try of the receiver's
            return new(Outcome: new JobOutcome.Retry("The event is encrypted with a key that is not configured.", SealedDelay));
        }

        var answer = await destination.Target.SendAsync(content, attempt, cancellationToken);
        Tell(answer, passage);
        metrics.Attempted(destination.Name, answer);
        if (content.IsEncrypted)
        {
            // Many a receiver tells what it got, and that must not stand in the tables
            answer = answer with { Response = null };
        }

        return new(new(key, startedAt, answer, DeliveryState.Pending, null, job.ReplayId), attempt);
    }

    private static DeliveryAnswer NotKept { get; } =
        new(DeliveryVerdict.Refused, TimeSpan.Zero, Error: "The event is no longer kept, so that nothing could be sent.");

    private void Tell(DeliveryAnswer answer, DeliveryPassage passage)
    {
        if (answer.Verdict != DeliveryVerdict.Failed)
        {
            if (passage.Succeeded())
            {
                Log.CircuitClosed(logger, destination.Name);
            }
        }
        else if (passage.Failed() is { } left)
        {
            Log.CircuitOpened(logger, destination.Name, left, answer.Error);
        }
    }

    private async Task<JobOutcome> ConcludeAsync(TriedDelivery tried, int attempt, CancellationToken cancellationToken)
    {
        if (tried.State == DeliveryState.Dead)
        {
            await BuryAsync(tried, attempt, cancellationToken);
            return new JobOutcome.Done();
        }

        var now = time.GetUtcNow();
        switch (tried.Answer.Verdict)
        {
            case DeliveryVerdict.Delivered:
                await RecordAsync(tried with { State = DeliveryState.Delivered, EndedAt = now }, cancellationToken);
                switches.Delivered(destination.Name, now);
                metrics.Delivered(destination.Name, now - tried.Key.ReceivedAt);
                return new JobOutcome.Done();
            case DeliveryVerdict.Gone:
                switches.Failed(destination.Name, now, tried.Answer.Error!);
                await switches.DisableAsync(destination.Name, tried.Answer.Error!, null, cancellationToken);
                await RecordAsync(tried, cancellationToken);
                // By then every process knows
                return new JobOutcome.Retry(tried.Answer.Error!, DestinationSwitches.KnownEverywhere);
        }

        switches.Failed(destination.Name, now, tried.Answer.Error!);
        if (attempt > destination.RetrySchedule.Count)
        {
            await BuryAsync(tried with { State = DeliveryState.Dead, EndedAt = now }, attempt, cancellationToken);
            return new JobOutcome.Done();
        }

        await RecordAsync(tried, cancellationToken);
        return new JobOutcome.Retry(
            tried.Answer.Error!,
            RetryDelay.After(destination.RetrySchedule[attempt - 1], tried.Answer.RetryAfter, Random.Shared.NextDouble()));
    }

    private async Task BuryAsync(TriedDelivery tried, int attempt, CancellationToken cancellationToken)
    {
        await RecordAsync(tried, cancellationToken);
        metrics.Died(destination.Name);
        Log.Dead(logger, tried.Key.EventId, destination.Name, attempt, tried.Answer.Error);
    }

    private Task<bool> RecordAsync(TriedDelivery tried, CancellationToken cancellationToken) =>
        WhenThereAsync(() => batches.RecordAsync(tried, cancellationToken), cancellationToken);

    /// <summary>
    /// Waits for the database as long as this process has the job: else an outage would send once more what is only to be written down.
    /// </summary>
    private async Task<T> WhenThereAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (DatabaseOutage.Caused(exception) || exception is TimeoutException or GroupCommitFullException)
            {
                await Task.Delay(Again, time, cancellationToken);
            }
        }
    }

    /// <summary>What came of the way through the gate: a try that is to be written down, or without one what becomes of the job.</summary>
    private readonly record struct Sending(TriedDelivery? Tried = null, int Attempt = 0, JobOutcome? Outcome = null);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Event {EventId} is given up for {Destination} after try {Attempt}: {Reason}")]
        public static partial void Dead(ILogger logger, Guid eventId, string destination, int attempt, string? reason);

        [LoggerMessage(LogLevel.Warning, "{Destination} is left alone for {OpenFor}: {Reason}")]
        public static partial void CircuitOpened(ILogger logger, string destination, TimeSpan openFor, string? reason);

        [LoggerMessage(LogLevel.Information, "{Destination} is well again")]
        public static partial void CircuitClosed(ILogger logger, string destination);
    }
}
