namespace ProdReady.BackupWorker.Scheduling;

/// <summary>
/// Decides, step by step, when one job's next run is tried. What is due is read off the wall clock at every step and never
/// remembered from before, so that a clock that jumps and a process that stood still are no special cases.
/// </summary>
internal sealed partial class ScheduledRuns(
    IScheduledJob job,
    CronSchedule schedule,
    ScheduleOptions options,
    ScheduleMetrics metrics,
    TimeProvider time,
    Random random,
    ILogger logger)
{
    /// <summary>So late is a jump of the clock noticed at most.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Timers count whole milliseconds: without it, the last one would be waited for in circles.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Punctual = TimeSpan.FromMinutes(2);

    /// <summary>The newest occurrence that there is nothing left to do for, as far as this process knows.</summary>
    private DateTimeOffset? _handled = options.CatchUp ? null : schedule.LastAt(time.GetUtcNow());

    private PendingRun? _pending;
    private DateTimeOffset? _unreachable;
    private DateTimeOffset? _busy;
    private DateTimeOffset? _ignored;

    /// <summary>Does what is due now, and waits for its end.</summary>
    /// <returns>How long to pause before the next step.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        DropWhatIsInTheFuture(now);
        if (schedule.LastAt(now) is { } due && !(due <= _handled) && !(due <= _pending?.Occurrence))
        {
            await NoticeAsync(due, now, stoppingToken);
        }

        if (_pending is { } pending && pending.Remaining(time) <= TimeSpan.Zero)
        {
            await TryAsync(pending, stoppingToken);
        }

        return Pause();
    }

    /// <summary>A clock that was ahead for a while must not silence the schedule until it gets there.</summary>
    private void DropWhatIsInTheFuture(DateTimeOffset now)
    {
        if (_handled > now + schedule.Interval)
        {
            _handled = null;
        }

        // Not yet tried: it comes again when it is time
        if (_pending is { Attempt: 1 } pending && pending.Occurrence > now)
        {
            _pending = null;
        }
    }

    private async Task NoticeAsync(DateTimeOffset due, DateTimeOffset now, CancellationToken stoppingToken)
    {
        var asked = await AskAsync(due, now, stoppingToken);
        // Somebody else may have done it, or be at it still
        if (_pending is { Attempt: > 1 } replaced && replaced.Occurrence != _busy && !(asked is { } known && known.Last >= replaced.Occurrence))
        {
            GiveUp(replaced);
        }

        _pending = null;
        if (asked is not { } answer)
        {
            return;
        }

        if (answer.Last >= due)
        {
            _handled = due;
            return;
        }

        // Somebody may switch the machine off every night: then the first run ever must not wait for a night either
        if (answer.Last is null)
        {
            Log.First(logger, job.Name, due);
        }
        else if (now - due > Punctual && _unreachable != due)
        {
            Log.Late(logger, job.Name, due);
            metrics.Missed(job, ScheduleMetrics.Late);
        }

        _pending = new(due, 1, time.GetTimestamp(), Jitter(now));
    }

    private async Task TryAsync(PendingRun run, CancellationToken stoppingToken)
    {
        if (run.Attempt > 1)
        {
            // A database that is still away takes none of the tries
            if (await AskAsync(run.Occurrence, time.GetUtcNow(), stoppingToken) is not { } answer)
            {
                return;
            }

            if (answer.Last > run.Occurrence)
            {
                Handled(run);
                return;
            }
        }

        var outcome = await RunAsync(run, stoppingToken);
        if (outcome == ScheduledOutcome.Busy)
        {
            WaitForTheLock(run);
        }
        else if (outcome is ScheduledOutcome.Done or ScheduledOutcome.NotOurs)
        {
            Handled(run);
        }
        else if (outcome == ScheduledOutcome.TookTooLong || run.Attempt > options.Retries)
        {
            GiveUp(run);
        }
        else
        {
            Log.Retried(logger, job.Name, run.Occurrence, RetryDelay, run.Attempt, options.Retries + 1);
            _pending = new(run.Occurrence, run.Attempt + 1, time.GetTimestamp(), RetryDelay);
        }
    }

    /// <summary>Whoever holds it may do this occurrence, or be dead: only when it is free, that is known.</summary>
    private void WaitForTheLock(PendingRun run)
    {
        if (_busy != run.Occurrence)
        {
            Log.Busy(logger, job.Name, run.Occurrence, LongestPause);
            _busy = run.Occurrence;
        }

        _pending = run with { Since = time.GetTimestamp(), Delay = LongestPause };
    }

    private async Task<ScheduledOutcome> RunAsync(PendingRun run, CancellationToken stoppingToken)
    {
        var outcome = ScheduledOutcome.Failed;
        try
        {
            outcome = await job.RunAsync(run.Occurrence, stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.Failed(logger, exception, job.Name, run.Occurrence, exception.Message);
        }

        stoppingToken.ThrowIfCancellationRequested();
        return outcome;
    }

    /// <summary>Asks for the newest occurrence that anybody ran; nothing if the database does not answer.</summary>
    private async Task<Answer?> AskAsync(DateTimeOffset due, DateTimeOffset now, CancellationToken stoppingToken)
    {
        try
        {
            var last = await job.LastOccurrenceAsync(stoppingToken);
            if (last > now + schedule.Interval)
            {
                if (_ignored != last)
                {
                    Log.FromTheFuture(logger, job.Name, last);
                    _ignored = last;
                }

                // Older ones are not known: whether this one was run is then for the job to say
                last = DateTimeOffset.MinValue;
            }

            return new(last);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // Once for each occurrence, and not every minute of an outage
            if (_unreachable != due)
            {
                Log.Unreachable(logger, job.Name, due, exception.Message, LongestPause);
                metrics.Missed(job, ScheduleMetrics.Unreachable);
                _unreachable = due;
            }

            return null;
        }
    }

    private void GiveUp(PendingRun run)
    {
        Log.GivenUp(logger, job.Name, run.Occurrence, schedule.NextAfter(time.GetUtcNow()));
        metrics.Missed(job, ScheduleMetrics.Failed);
        Handled(run);
    }

    private void Handled(PendingRun run)
    {
        _handled = run.Occurrence;
        _pending = null;
    }

    /// <summary>At most half of the time to the next occurrence: else a frequent job would wait for ever.</summary>
    private TimeSpan Jitter(DateTimeOffset now)
    {
        var half = schedule.NextAfter(now) is { } next ? (next - now) / 2 : options.Jitter;
        return (half < options.Jitter ? half : options.Jitter) * random.NextDouble();
    }

    private TimeSpan Pause()
    {
        var now = time.GetUtcNow();
        var pause = schedule.NextAfter(now) is { } next && next - now < LongestPause ? next - now : LongestPause;
        if (_pending?.Remaining(time) is { } remaining && remaining > TimeSpan.Zero && remaining < pause)
        {
            pause = remaining;
        }

        return pause > ShortestPause ? pause : ShortestPause;
    }

    private readonly record struct Answer(DateTimeOffset? Last);
}
