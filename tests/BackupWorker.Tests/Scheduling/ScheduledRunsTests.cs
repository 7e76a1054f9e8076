using Npgsql;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Tests.Scheduling;

public sealed class ScheduledRunsTests
{
    [Fact]
    public async Task One_whose_lock_somebody_holds_is_asked_for_until_it_is_free()
    {
        using var rig = new ScheduleRig("2026-11-28T01:00:00");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00");
        rig.Job.Work = _ => Task.FromResult(
            rig.Time.GetUtcNow() < ScheduleRig.At("2026-11-28T09:00:30") ? ScheduledOutcome.Busy : ScheduledOutcome.Done);

        await rig.UntilAsync("2026-11-28T12:00:00");

        // Whoever has it may do this occurrence, or another one by hand, or die
        Assert.Equal("11-28T02:00 at 11-28T09:01:00", rig.Runs.Last());
        Assert.Equal(7 * 60 + 2, rig.Runs.Count());
        Assert.Equal(
            ["Information: The run of 2026-11-28 02:00:00Z of the job backup is somebody else's, or waits for their end. Asked again every 00:01:00"],
            rig.Lines.Where(line => line.Contains("somebody else's", StringComparison.Ordinal)));
        Assert.Equal(0, rig.MissedBy(ScheduleMetrics.Failed));
    }

    [Fact]
    public async Task Every_occurrence_runs_once_and_on_time()
    {
        using var rig = new ScheduleRig("2026-11-27T12:00:00");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");

        await rig.UntilAsync("2026-11-30T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00", "11-29T02:00 at 11-29T02:00:00", "11-30T02:00 at 11-30T02:00:00"], rig.Runs);
        Assert.Empty(rig.Lines);
        Assert.True(rig.Missed.Has("missed{schedule=backup,reason=late}"));
        Assert.Equal(0, rig.MissedBy("late") + rig.MissedBy("failed") + rig.MissedBy("unreachable"));
    }

    [Fact]
    public async Task Start_makes_up_for_the_newest_missed_run_alone()
    {
        using var rig = new ScheduleRig("2026-11-28T09:30:00");
        rig.Job.Last = ScheduleRig.At("2026-11-20T02:00:00");

        await rig.UntilAsync("2026-11-29T03:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T09:30:00", "11-29T02:00 at 11-29T02:00:00"], rig.Runs);
        Assert.Equal(["Warning: The job backup missed its run of 2026-11-28 02:00:00Z and makes up for it now"], rig.Lines);
        Assert.Equal(1, rig.MissedBy("late"));
    }

    [Fact]
    public async Task First_run_ever_does_not_wait_for_the_night()
    {
        using var rig = new ScheduleRig("2026-11-28T09:30:00");

        await rig.UntilAsync("2026-11-28T10:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T09:30:00"], rig.Runs);
        Assert.Equal(0, rig.MissedBy("late"));
    }

    [Fact]
    public async Task Without_catch_up_the_start_waits_for_the_next_occurrence()
    {
        using var rig = new ScheduleRig("2026-11-28T09:30:00", new() { Jitter = TimeSpan.Zero, CatchUp = false });

        await rig.UntilAsync("2026-11-29T03:00:00");

        Assert.Equal(["11-29T02:00 at 11-29T02:00:00"], rig.Runs);
    }

    [Fact]
    public async Task Restart_runs_nothing_twice()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        await rig.UntilAsync("2026-11-28T02:05:00");

        rig.Restart();
        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00"], rig.Runs);
    }

    [Fact]
    public async Task What_another_replica_started_is_left_to_it()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30");
        rig.Job.Last = ScheduleRig.At("2026-11-28T02:00:00");

        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Empty(rig.Runs);
    }

    [Fact]
    public async Task What_another_replica_was_faster_with_is_not_tried_again()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        rig.Job.Work = _ => Task.FromResult(ScheduledOutcome.NotOurs);

        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00"], rig.Runs);
        Assert.Empty(rig.Lines);
    }

    [Fact]
    public async Task Jitter_is_drawn_once_for_each_occurrence()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30", new() { Jitter = TimeSpan.FromMinutes(30) });
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");

        await rig.UntilAsync("2026-11-30T12:00:00");

        var random = new Random(7);
        Assert.Equal(3, rig.Job.Runs.Count);
        Assert.All(rig.Job.Runs, run => Assert.InRange(
            run.At - run.Occurrence - (TimeSpan.FromMinutes(30) * random.NextDouble()), TimeSpan.FromMilliseconds(-10), TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public async Task Jitter_does_not_keep_a_frequent_job_from_running()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30", new() { Cron = "*/5 * * * *", Jitter = TimeSpan.FromHours(1) });
        rig.Job.Last = ScheduleRig.At("2026-11-28T01:55:00");

        await rig.UntilAsync("2026-11-28T03:00:00");

        Assert.InRange(rig.Job.Runs.Count, 12, 13);
    }

    [Fact]
    public async Task Failed_run_is_tried_twice_more_and_then_given_up_until_the_next()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        rig.Job.Work = _ => rig.Job.Runs.Count == 1
            ? throw new BackupException("The disk is full.")
            : Task.FromResult(rig.Job.Runs.Count < 4 ? ScheduledOutcome.Failed : ScheduledOutcome.Done);

        await rig.UntilAsync("2026-11-29T03:00:00");

        Assert.Equal(
            [
                "11-28T02:00 at 11-28T02:00:00", "11-28T02:00 at 11-28T02:10:00", "11-28T02:00 at 11-28T02:20:00",
                "11-29T02:00 at 11-29T02:00:00",
            ],
            rig.Runs);
        Assert.Equal(
            [
                "Error: The run of 2026-11-28 02:00:00Z of the job backup failed: The disk is full.",
                "Warning: The run of 2026-11-28 02:00:00Z of the job backup is tried again in 00:10:00: try 1 of 3 failed",
                "Warning: The run of 2026-11-28 02:00:00Z of the job backup is tried again in 00:10:00: try 2 of 3 failed",
                "Error: The run of 2026-11-28 02:00:00Z of the job backup is given up. The next one is due at 2026-11-29 02:00:00Z",
            ],
            rig.Lines);
        Assert.Equal(1, rig.MissedBy("failed"));
    }

    [Fact]
    public async Task Next_occurrence_replaces_the_retries_of_the_one_before()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30", new() { Cron = "*/5 * * * *", Jitter = TimeSpan.Zero });
        rig.Job.Last = ScheduleRig.At("2026-11-28T01:55:00");
        rig.Job.Work = _ => Task.FromResult(ScheduledOutcome.Failed);

        await rig.UntilAsync("2026-11-28T02:12:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00", "11-28T02:05 at 11-28T02:05:00", "11-28T02:10 at 11-28T02:10:00"], rig.Runs);
        Assert.Equal(2, rig.MissedBy("failed"));
    }

    [Fact]
    public async Task What_took_too_long_is_not_tried_again()
    {
        using var rig = new ScheduleRig("2026-11-28T02:00:00");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        rig.Job.Work = _ => Task.FromResult(ScheduledOutcome.TookTooLong);

        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Single(rig.Runs);
        Assert.Equal(["Error: The run of 2026-11-28 02:00:00Z of the job backup is given up. The next one is due at 2026-11-29 02:00:00Z"], rig.Lines);
        Assert.Equal(1, rig.MissedBy("failed"));
    }

    [Fact]
    public async Task A_run_of_several_parts_may_take_longer_than_one_of_them()
    {
        using var rig = new ScheduleRig("2026-11-28T02:00:00");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        var work = new TaskCompletionSource();
        rig.Job.Work = async cancellationToken =>
        {
            await work.Task.WaitAsync(cancellationToken);
            return ScheduledOutcome.Done;
        };

        var step = rig.StepAsync();
        rig.Time.Advance(TimeSpan.FromHours(13));
        work.SetResult();
        await step;

        Assert.Empty(rig.Lines);
        Assert.Equal(0, rig.MissedBy("failed"));
    }

    [Fact]
    public async Task Outage_of_the_database_is_reported_once_and_delays_the_run()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        rig.Job.Unreachable = new NpgsqlException("Connection refused.");
        await rig.UntilAsync("2026-11-28T05:00:00");

        rig.Job.Unreachable = null;
        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(
            ["Error: The job backup cannot start its run of 2026-11-28 02:00:00Z, as the database does not answer: Connection refused. Tried again every 00:01:00"],
            // The start had asked for the run of the night before
            rig.Lines.Where(line => line.Contains("11-28", StringComparison.Ordinal)));
        Assert.Equal(2, rig.MissedBy("unreachable"));
        Assert.Equal(["11-28T02:00 at 11-28T05:00:00"], rig.Runs);
    }

    [Fact]
    public async Task Outage_takes_none_of_the_tries()
    {
        using var rig = new ScheduleRig("2026-11-28T01:59:30");
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        rig.Job.Work = _ =>
        {
            rig.Job.Unreachable = new NpgsqlException("Connection refused.");
            throw rig.Job.Unreachable;
        };
        await rig.UntilAsync("2026-11-28T08:00:00");

        rig.Job.Unreachable = null;
        rig.Job.Work = _ => Task.FromResult(ScheduledOutcome.Done);
        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00", "11-28T02:00 at 11-28T08:00:00"], rig.Runs);
        Assert.Equal(0, rig.MissedBy("failed"));
    }

    [Fact]
    public async Task Stop_ends_a_run_without_calling_it_a_failure()
    {
        using var rig = new ScheduleRig("2026-11-28T02:00:00");
        using var stopping = new CancellationTokenSource();
        var runs = new ScheduledRuns(rig.Job, rig.Job.Schedule!, new() { Jitter = TimeSpan.Zero }, rig.Metrics, rig.Time, new Random(7), rig);
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        rig.Job.Work = async cancellationToken =>
        {
            await stopping.CancelAsync();
            // As a job does that cleans up and returns
            return cancellationToken.IsCancellationRequested ? ScheduledOutcome.Failed : ScheduledOutcome.Done;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs.StepAsync(stopping.Token));

        Assert.Empty(rig.Lines);
        Assert.Equal(0, rig.MissedBy("failed"));
    }
}
