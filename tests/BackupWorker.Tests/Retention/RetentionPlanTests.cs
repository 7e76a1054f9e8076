using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Retention;

public sealed class RetentionPlanTests
{
    [Fact]
    public void What_is_older_than_the_limit_goes_and_says_why()
    {
        var plan = new[] { Old(41), Old(30), Old(1.55), Old(0.5), Old(0), Old(90, BackupState.Corrupt), Old(31.5, BackupState.Unverified) }
            .Plan(new() { KeepVerified = 2 });

        Assert.Equal(
            [
                "removed: corrupt, 90 days old, limit 30",
                "removed: 41 days old, limit 30",
                "removed: unverified, 31.5 days old, limit 30",
                "kept: 30 days old, limit 30",
                "kept: 1.5 days old, limit 30",
                "kept: one of the 2 newest verified backups",
                "kept: the newest verified backup",
            ],
            plan.Decisions.Select(Said));
    }

    [Fact]
    public void Days_weeks_months_and_years_keep_their_newest()
    {
        var plan = Backups.Daily("app", 800).Plan(new() { Days = 0, Daily = 3, Weekly = 3, Monthly = 2, Yearly = 3, KeepVerified = 1 });

        Assert.Equal(
            [
                "2024-12-31 kept: newest of year 2024",
                "2025-12-31 kept: newest of year 2025",
                "2026-10-31 kept: newest of month 2026-10",
                "2026-11-15 kept: newest of week 2026-W46",
                "2026-11-22 kept: newest of week 2026-W47",
                "2026-11-26 kept: newest of day 2026-11-26",
                "2026-11-27 kept: newest of day 2026-11-27",
                "2026-11-28 kept: the newest verified backup",
            ],
            plan.Decisions.Where(decision => decision.Keep).Select(decision => $"{decision.Backup.StartedAt:yyyy-MM-dd} {Said(decision)}"));
    }

    [Fact]
    public void Periods_are_those_of_the_time_zone()
    {
        // 23:30 UTC of December 31st is in the new year in Berlin
        var newYear = Backups.Of("app", new(2025, 12, 31, 23, 30, 0, TimeSpan.Zero));
        var before = Backups.Of("app", new(2025, 12, 31, 22, 30, 0, TimeSpan.Zero));

        var plan = new[] { newYear, before, Old(0) }.Plan(new() { Days = 0, Yearly = 2, KeepVerified = 1 });

        Assert.Equal([newYear], plan.Removals());
    }

    [Fact]
    public void Weeks_around_new_year_are_those_of_ISO_8601()
    {
        var plan = new[] { Backups.Of("app", new(2027, 1, 2, 2, 0, 0, TimeSpan.Zero)), Backups.Of("app", new(2027, 1, 5, 2, 0, 0, TimeSpan.Zero)) }
            .Plan(new() { Days = 0, Weekly = 2, KeepVerified = 1 }, new(2027, 1, 6, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal("kept: newest of week 2026-W53", Said(plan.Decisions[0]));
    }

    [Fact]
    public void A_pause_of_a_year_removes_nothing_that_a_period_keeps()
    {
        var backups = Backups.Daily("app", 3);

        var plan = backups.Plan(new() { Days = 0, Daily = 3, KeepVerified = 1 }, Backups.Now.AddYears(1));

        Assert.Empty(plan.Removals());
    }

    /// <summary>The field's loss: what began with app- or app_ was taken for a backup of app.</summary>
    [Fact]
    public void A_database_whose_name_begins_like_another_is_another()
    {
        var plan = new[] { Old(90), Old(80), Old(0), Old(90, database: "app_test"), Old(90, database: "app-test"), Old(90, database: "App") }
            .Plan(new() { KeepVerified = 1 });

        Assert.Equal([Old(90), Old(80)], plan.Removals());
    }

    [Fact]
    public void Broken_backups_do_not_count_as_good_ones()
    {
        var good = Old(400);

        var plan = Enumerable.Range(0, 60).Select(day => Old(day, day % 2 == 0 ? BackupState.Corrupt : BackupState.Unverified))
            .Append(good).Append(Old(500)).ToArray().Plan(new() { KeepVerified = 1 });

        Assert.Equal([Old(500)], plan.Removals());
        Assert.Contains(plan.Decisions, decision => Said(decision) == "kept: there is no newer verified backup");
    }

    /// <summary>Whose bytes are as they were written, and which nobody can restore.</summary>
    [Fact]
    public void Backups_that_no_drill_restores_do_not_push_the_last_one_out_that_it_did()
    {
        var plan = new[] { Old(0), Old(1), Old(40), Drilled(50), Drilled(60), Drilled(55, BackupState.Corrupt) }.Plan(new() { KeepVerified = 2 });

        Assert.Equal(
            [
                "removed: 60 days old, limit 30",
                "removed: corrupt, 55 days old, limit 30",
                "kept: the newest backup that a drill has restored",
                "removed: 40 days old, limit 30",
                "kept: one of the 2 newest verified backups",
                "kept: the newest verified backup",
            ],
            plan.Decisions.Select(Said));

        RetentionCandidate Drilled(double days, BackupState state = BackupState.Ok) => Old(days, state) with { IsDrilled = true };
    }

    [Fact]
    public void Without_a_verified_backup_all_stay()
    {
        var plan = new[] { Old(400, BackupState.Corrupt), Old(300, BackupState.Unverified) }.Plan(new());

        Assert.All(plan.Decisions, decision => Assert.Equal("kept: there is no verified backup of this database", Said(decision)));
    }

    [Fact]
    public void Backups_from_the_future_are_kept_and_count_for_nothing()
    {
        var plan = new[] { Old(-400), Old(-399), Old(90), Old(91) }.Plan(new() { KeepVerified = 1 });

        Assert.Equal(
            [
                "removed: 91 days old, limit 30", "kept: the newest verified backup", "kept: from the future, so a clock is or was wrong",
                "kept: from the future, so a clock is or was wrong",
            ],
            plan.Decisions.Select(Said));
    }

    [Fact]
    public void Two_of_one_name_are_refused() => Assert.Equal(
        $"The backup {Old(1).Name} is there twice. (Parameter 'backups')",
        Assert.Throws<ArgumentException>(() => new[] { Old(1), Old(1, BackupState.Corrupt) }.Plan(new())).Message);

    [Theory]
    [InlineData("app-20261128T020000Z-00000001", true)]
    [InlineData("my%20app-20261128T020000Z-00000001", true)]
    [InlineData("my app-20261128T020000Z-00000001", false)]
    [InlineData("app-20261128T020000Z-00000001 (copy)", false)]
    [InlineData("app-20261328T020000Z-00000001", false)]
    [InlineData("app-20261128T020000Z-0000000I", false)]
    [InlineData("app-20261128T020000Z-00000001\n", false)]
    [InlineData("wedding.jpg", false)]
    public void Only_names_that_we_write_are_candidates(string name, bool isOurs) =>
        Assert.Equal(isOurs, RetentionCandidate.Of(name, BackupState.Ok) is not null);

    private static string Said(RetentionDecision decision) => $"{(decision.Keep ? "kept" : "removed")}: {decision.Why}";

    private static RetentionCandidate Old(double days, BackupState state = BackupState.Ok, string database = "app") =>
        Backups.Of(database, Backups.Now.AddDays(-days), state);
}
