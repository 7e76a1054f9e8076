using System.Globalization;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Retention;

/// <summary>The decisions on the backups of one database in one destination.</summary>
internal sealed class DatabaseRetention
{
    private readonly RetentionOptions _options;
    private readonly DateTimeOffset _now;
    private readonly IReadOnlyList<RetentionCandidate> _newestFirst;
    private readonly IReadOnlyList<RetentionCandidate> _verified;
    private readonly Dictionary<RetentionCandidate, string> _reasons = [];

    public DatabaseRetention(IEnumerable<RetentionCandidate> backups, RetentionOptions options, DateTimeOffset now, TimeZoneInfo zone)
    {
        _options = options;
        _now = now;
        // The name decides between two of one second, so that the order of the listing does not
        _newestFirst = [.. backups.OrderByDescending(backup => backup.StartedAt).ThenByDescending(backup => backup.Name, StringComparer.Ordinal)];
        // A clock that was ahead made backups that would count as the newest for as long
        _verified = [.. _newestFirst.Where(backup => backup.State == BackupState.Ok && backup.StartedAt <= now)];
        KeepNewestVerified();
        KeepNewestDrilled();
        foreach (var period in RetentionPeriod.Of(options))
        {
            KeepNewestOf(period, zone);
        }
    }

    /// <summary>One decision for each, the oldest first.</summary>
    public IEnumerable<RetentionDecision> Decide() => _newestFirst.Reverse().Select(Decide);

    private RetentionDecision Decide(RetentionCandidate backup) => WhyKept(backup) is { } reason
        ? new(backup, true, reason)
        : new(backup, false, WhyRemoved(backup));

    private string? WhyKept(RetentionCandidate backup)
    {
        if (!backup.IsProved)
        {
            // A key in a safe may prove it, or it may be from before there was one: the yearly backup of a tax office
            return "not proved to be genuine here, so no rule can judge it: see its error for what is missing";
        }

        var age = _now - backup.StartedAt;
        if (age < TimeSpan.Zero)
        {
            return "from the future, so a clock is or was wrong";
        }

        if (_verified.Count == 0)
        {
            return "there is no verified backup of this database";
        }

        if (backup.State != BackupState.Ok && backup.StartedAt >= _verified[0].StartedAt)
        {
            return "there is no newer verified backup";
        }

        if (_reasons.TryGetValue(backup, out var reason))
        {
            return reason;
        }

        return age <= TimeSpan.FromDays(_options.Days) ? $"{Days(age)} old, limit {_options.Days}" : null;
    }

    private string WhyRemoved(RetentionCandidate backup)
    {
        var what = backup.State switch
        {
            BackupState.Corrupt => "corrupt, ",
            BackupState.Unverified => "unverified, ",
            _ => "",
        };
        return $"{what}{Days(_now - backup.StartedAt)} old, limit {_options.Days}";
    }

    private void KeepNewestVerified()
    {
        foreach (var backup in _verified.Take(_options.KeepVerified))
        {
            _reasons.Add(backup, _reasons.Count == 0 ? "the newest verified backup" : $"one of the {_options.KeepVerified} newest verified backups");
        }
    }

    /// <summary>Every byte may be the one that was written, and none of the newest be restorable: then this is the last one that is known to be.</summary>
    private void KeepNewestDrilled()
    {
        if (_verified.FirstOrDefault(backup => backup.IsDrilled) is { } drilled)
        {
            _reasons.TryAdd(drilled, "the newest backup that a drill has restored");
        }
    }

    /// <remarks>Counts periods that hold a backup, and not the calendar's: a pause of a year removes nothing.</remarks>
    private void KeepNewestOf(RetentionPeriod period, TimeZoneInfo zone)
    {
        var periods = _verified.GroupBy(backup => period.Name(TimeZoneInfo.ConvertTime(backup.StartedAt, zone).DateTime));
        foreach (var held in periods.Take(period.Keeps))
        {
            _reasons.TryAdd(held.First(), $"newest of {period.Kind} {held.Key}");
        }
    }

    /// <summary>Rounded down, and only what is beyond the limit by hours needs them.</summary>
    private static string Days(TimeSpan age) => age.TotalDays switch
    {
        1 => "1 day",
        var days => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(days * 10) / 10:0.#} days"),
    };
}
