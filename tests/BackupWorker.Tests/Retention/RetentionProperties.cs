using CsCheck;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Retention;

public sealed class RetentionProperties
{
    [Fact]
    public void Every_backup_is_decided_once() => Check((backups, options) =>
    {
        var plan = backups.Plan(options);
        Assert.Equal(backups.Length, plan.Decisions.Count);
        Assert.Equal(backups.ToHashSet(), plan.Kept().Concat(plan.Removals()).ToHashSet());
        Assert.All(plan.Decisions, decision => Assert.NotEmpty(decision.Why));
    });

    [Fact]
    public void The_newest_verified_of_each_database_are_never_removed() => Check((backups, options) =>
    {
        var kept = backups.Plan(options).Kept();
        foreach (var database in backups.Where(IsGood).GroupBy(backup => backup.Database))
        {
            Assert.Contains(database.MaxBy(backup => (backup.StartedAt, backup.Name))!, kept);
            Assert.True(
                kept.Count(backup => backup.Database == database.Key && IsGood(backup)) >= Math.Min(options.KeepVerified, database.Count()),
                "Fewer verified backups than there must be.");
        }
    });

    [Fact]
    public void The_newest_that_a_drill_has_restored_is_never_removed() => Check((backups, options) =>
    {
        var kept = backups.Plan(options).Kept();
        foreach (var database in backups.Where(backup => IsGood(backup) && backup.IsDrilled).GroupBy(backup => backup.Database))
        {
            Assert.Contains(database.MaxBy(backup => (backup.StartedAt, backup.Name))!, kept);
        }
    });

    [Fact]
    public void Without_a_verified_backup_nothing_of_the_database_is_removed() => Check((backups, options) =>
    {
        var good = backups.Where(IsGood).Select(backup => backup.Database).ToHashSet();
        Assert.All(backups.Plan(options).Removals(), removed => Assert.Contains(removed.Database, good));
    });

    [Fact]
    public void What_is_not_verified_goes_only_when_something_newer_is() => Check((backups, options) => Assert.All(
        backups.Plan(options).Removals().Where(removed => removed.State != BackupState.Ok),
        removed => Assert.Contains(backups, other => IsGood(other) && other.Database == removed.Database && other.StartedAt > removed.StartedAt)));

    /// <summary>Their key may lie in a safe; and whoever can put one there must not be able to push others out.</summary>
    [Fact]
    public void What_cannot_be_proved_stays_and_decides_nothing_of_the_others() => Check((backups, options) =>
    {
        var proved = backups.Where(backup => backup.IsProved).ToArray();
        var kept = backups.Plan(options).Kept();
        Assert.Superset(backups.Except(proved).ToHashSet(), kept);
        Assert.Equal(proved.Plan(options).Kept(), kept.Intersect(proved).ToHashSet());
    });

    [Fact]
    public void Nothing_goes_before_its_days_are_over() => Check((backups, options) => Assert.All(
        backups.Plan(options).Removals(), removed => Assert.True(Backups.Now - removed.StartedAt > TimeSpan.FromDays(options.Days))));

    [Fact]
    public void Backups_from_the_future_stay_and_push_none_out() => Check((backups, options) =>
    {
        var past = backups.Where(backup => backup.StartedAt <= Backups.Now).ToArray();
        var kept = backups.Plan(options).Kept();
        Assert.Superset(backups.Except(past).ToHashSet(), kept);
        Assert.Equal(past.Plan(options).Kept(), kept.Intersect(past).ToHashSet());
    });

    [Fact]
    public void Backups_of_one_database_decide_nothing_of_another() => Check((backups, options) =>
    {
        var others = backups.Where(backup => backup.Database != "app_test").ToArray();
        Assert.Equal(
            others.Plan(options).Decisions,
            backups.Plan(options).Decisions.Where(decision => decision.Backup.Database != "app_test"));
    });

    [Fact]
    public void Planning_again_removes_nothing_more() => Check((backups, options) =>
        Assert.Empty(backups.Plan(options).Kept().Plan(options).Removals()));

    [Fact]
    public void The_order_of_the_listing_is_irrelevant() => Check((backups, options) =>
    {
        var reversed = backups.Reverse().ToArray();
        var byName = backups.OrderBy(backup => backup.Name[^1]).ToArray();
        Assert.Equal(backups.Plan(options).Decisions, reversed.Plan(options).Decisions);
        Assert.Equal(backups.Plan(options).Decisions, byName.Plan(options).Decisions);
    });

    [Fact]
    public void Larger_settings_keep_all_that_smaller_ones_keep() =>
        Gen.Select(Backups.Some(), Backups.Settings, Backups.Settings).Sample((backups, options, more) =>
        {
            var larger = new RetentionOptions
            {
                Days = options.Days + more.Days,
                Daily = options.Daily + more.Daily,
                Weekly = options.Weekly + more.Weekly,
                Monthly = options.Monthly + more.Monthly,
                Yearly = options.Yearly + more.Yearly,
                KeepVerified = options.KeepVerified + more.KeepVerified,
            };
            Assert.Superset(backups.Plan(options).Kept(), backups.Plan(larger).Kept());
        });

    [Fact]
    public void What_goes_today_does_not_come_back_tomorrow() =>
        Gen.Select(Backups.Some(withFuture: false), Backups.Settings, Gen.Int[0, 400]).Sample((backups, options, days) =>
            Assert.Superset(backups.Plan(options, Backups.Now.AddDays(days)).Kept(), backups.Plan(options).Kept()));

    [Fact]
    public void Each_of_the_newest_periods_that_had_one_keeps_one() => Check((backups, options) =>
    {
        var kept = backups.Plan(options).Kept();
        foreach (var database in backups.Where(IsGood).GroupBy(backup => backup.Database))
        {
            foreach (var period in RetentionPeriod.Of(options))
            {
                var held = database.Select(PeriodOf).Distinct().OrderDescending().Take(period.Keeps);
                Assert.Superset(held.ToHashSet(), kept.Where(backup => backup.Database == database.Key && IsGood(backup)).Select(PeriodOf).ToHashSet());

                string PeriodOf(RetentionCandidate backup) => period.Name(TimeZoneInfo.ConvertTime(backup.StartedAt, Backups.Berlin).DateTime);
            }
        }
    });

    private static bool IsGood(RetentionCandidate backup) => backup.State == BackupState.Ok && backup.StartedAt <= Backups.Now;

    private static void Check(Action<RetentionCandidate[], RetentionOptions> property) =>
        Gen.Select(Backups.Some(), Backups.Settings).Sample((backups, options) => property(backups, options));
}
