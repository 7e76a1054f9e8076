using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>Decides which base backups and which files of the log are still needed.</summary>
internal static class PointInTimeRetention
{
    /// <summary>
    /// The newest good base backups of a server stay, and the log from the oldest of them on. Only good ones count, so that nothing goes before as
    /// many newer ones can be restored; what is newer than the oldest of them stays, good or not. What is another server's stays too, as does what
    /// nobody can read: another stack may use the same place. Of several made at about one time the newest counts alone: a try that was repeated,
    /// or one made by hand after a mistake, must not cost the way back to before it.
    /// </summary>
    /// <param name="system">The server.</param>
    /// <param name="bases">Those of one destination.</param>
    /// <param name="wal">The log in it.</param>
    /// <param name="kept">How many stay.</param>
    /// <param name="apart">How far apart two have to be to count as two.</param>
    public static PointInTimePlan Plan(
        ulong system, IReadOnlyList<BaseCandidate> bases, IReadOnlyList<StoredWal> wal, int kept, TimeSpan apart)
    {
        var ours = bases.Where(one => one.System == system).ToList();
        var good = new List<BaseCandidate>();
        foreach (var one in ours.Where(one => one.IsGood).OrderByDescending(one => one.Name.StartedAt))
        {
            if (good.Count < kept && (good.Count == 0 || good[^1].Name.StartedAt - one.Name.StartedAt >= apart))
            {
                good.Add(one);
            }
        }

        if (good.Count == 0)
        {
            return new([], []);
        }

        var oldest = good.Count < kept ? DateTimeOffset.MinValue : good[^1].Name.StartedAt;
        var staying = ours.Where(one => one.Name.StartedAt >= oldest).ToList();
        // It may be ours, and then nobody knows what it needs
        var isUnknown = bases.Any(one => one.First is null && one.Name.StartedAt >= oldest);
        return new([.. ours.Except(staying).Select(one => one.Name)], isUnknown ? [] : Unneeded(system, staying, wal));
    }

    private static List<StoredWal> Unneeded(ulong system, List<BaseCandidate> bases, IReadOnlyList<StoredWal> wal)
    {
        var first = bases.Min(one => one.First!.Value.Number);
        var size = bases[0].First!.Value.Size;
        // By number alone: a timeline goes on where the one before it ended
        return [.. wal.Where(file => file.Name.System == system && WalSegment.TryParse(file.Name.Name, size, out var segment) && segment.Number < first)];
    }
}
