namespace ProdReady.BackupWorker.Tests.Scheduling;

/// <summary>The wall clock jumps, and the timers do not.</summary>
public sealed class ClockChangeTests
{
    [Fact]
    public async Task Clock_that_jumps_over_an_occurrence_runs_it_once()
    {
        using var rig = Night("2026-11-28T01:00:00");
        await rig.UntilAsync("2026-11-28T01:30:00");

        rig.Time.AdjustTime(ScheduleRig.At("2026-11-28T03:30:00"));
        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T03:30:00"], rig.Runs);
        Assert.Equal(1, rig.MissedBy("late"));
    }

    [Fact]
    public async Task Clock_that_is_set_back_over_an_occurrence_does_not_run_it_twice()
    {
        using var rig = Night("2026-11-28T01:00:00");
        await rig.UntilAsync("2026-11-28T02:10:00");

        rig.Time.AdjustTime(ScheduleRig.At("2026-11-28T01:10:00"));
        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00"], rig.Runs);
    }

    [Fact]
    public async Task Neither_does_a_process_that_starts_with_the_clock_set_back()
    {
        using var rig = Night("2026-11-28T01:00:00");
        await rig.UntilAsync("2026-11-28T02:10:00");

        rig.Time.AdjustTime(ScheduleRig.At("2026-11-28T01:10:00"));
        rig.Restart();
        await rig.UntilAsync("2026-11-28T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00"], rig.Runs);
    }

    [Fact]
    public async Task Long_pause_of_the_process_runs_the_newest_occurrence_alone()
    {
        using var rig = Night("2026-11-28T01:00:00");
        await rig.UntilAsync("2026-11-28T01:30:00");

        rig.Time.Advance(TimeSpan.FromDays(9.5));
        await rig.UntilAsync("2026-12-08T12:00:00");

        Assert.Equal(["12-07T02:00 at 12-07T13:30:00", "12-08T02:00 at 12-08T02:00:00"], rig.Runs);
    }

    [Fact]
    public async Task Clock_that_was_a_year_ahead_for_a_while_does_not_silence_the_schedule()
    {
        using var rig = Night("2026-11-28T01:00:00");
        rig.Time.AdjustTime(ScheduleRig.At("2027-11-28T01:59:00"));
        await rig.UntilAsync("2027-11-28T02:10:00");
        Assert.NotEmpty(rig.Runs);
        rig.Job.Runs.Clear();

        rig.Time.AdjustTime(ScheduleRig.At("2026-11-28T01:15:00"));
        var remembered = rig.Job.Last;
        rig.Job.Work = _ =>
        {
            // The newest that the database knows is still the one of next year
            rig.Job.Last = remembered;
            return Task.FromResult(ProdReady.BackupWorker.Scheduling.ScheduledOutcome.Done);
        };
        await rig.UntilAsync("2026-11-29T12:00:00");

        Assert.Equal(["11-28T02:00 at 11-28T02:00:00", "11-29T02:00 at 11-29T02:00:00"], rig.Runs.TakeLast(2));
        Assert.Single(rig.Lines, line => line == "Warning: A run of the job backup is recorded for 2027-11-28 02:00:00Z, "
            + "which is yet to come: a clock was wrong then, and the record is ignored");
    }

    private static ScheduleRig Night(string start)
    {
        var rig = new ScheduleRig(start);
        rig.Job.Last = ScheduleRig.At("2026-11-27T02:00:00");
        return rig;
    }
}
