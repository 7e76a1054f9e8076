using System.Globalization;
using CsCheck;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Retention;

/// <summary>Builds what retention decides on.</summary>
internal static class Backups
{
    public static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    public static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>Up to 40 backups of three databases over years, some in the same second and, if wanted, some from the future.</summary>
    public static Gen<RetentionCandidate[]> Some(bool withFuture = true) => Gen.Select(
            Gen.OneOf("app", "app_test", "app-test"),
            Gen.OneOf(Gen.Int[0, 100 * 24], Gen.Int[0, 2000 * 24], Gen.Int[withFuture ? -100 * 24 : 0, 0]),
            Gen.Frequency(
                (5, Gen.Const((BackupState.Ok, true))),
                (1, Gen.Const((BackupState.Unverified, true))),
                (1, Gen.Const((BackupState.Unverified, false))),
                (1, Gen.Const((BackupState.Corrupt, true)))),
            Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true))))
        .Array[0, 40]
        .Select(backups => backups
            .Select((backup, place) => Of(backup.Item1, Now.AddHours(-backup.Item2), backup.Item3.Item1, place, backup.Item3.Item2, backup.Item4))
            .ToArray());

    public static Gen<RetentionOptions> Settings { get; } = Gen.Select(
        Gen.Int[0, 60], Gen.Int[0, 10], Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[1, 5],
        (days, daily, weekly, monthly, yearly, verified) => new RetentionOptions
        {
            Days = days,
            Daily = daily,
            Weekly = weekly,
            Monthly = monthly,
            Yearly = yearly,
            KeepVerified = verified,
        });

    public static RetentionCandidate Of(
        string database, DateTimeOffset startedAt, BackupState state = BackupState.Ok, int place = 0, bool isProved = true, bool isDrilled = false)
    {
        var id = place.ToString("00000000", CultureInfo.InvariantCulture);
        return RetentionCandidate.Of(new BackupName(database, startedAt, id).ToString(), state, isProved, isDrilled)!;
    }

    /// <summary>One per day, the first of which is so many days old.</summary>
    public static RetentionCandidate[] Daily(string database, int days) => [.. Enumerable.Range(0, days).Select(day => Of(database, Now.AddDays(-day)))];

    public static RetentionPlan Plan(this IReadOnlyCollection<RetentionCandidate> backups, RetentionOptions options, DateTimeOffset? now = null) =>
        RetentionPlan.Make(backups, options, now ?? Now, Berlin);

    public static HashSet<RetentionCandidate> Kept(this RetentionPlan plan) =>
        [.. plan.Decisions.Where(decision => decision.Keep).Select(decision => decision.Backup)];

    /// <summary>What goes, the oldest of each database first.</summary>
    public static IEnumerable<RetentionCandidate> Removals(this RetentionPlan plan) =>
        plan.Decisions.Where(decision => !decision.Keep).Select(decision => decision.Backup);
}
