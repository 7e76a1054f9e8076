using System.Globalization;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>
/// A timeline and the parts of older ones that lead to it. A server that is restored, or a standby that takes over, begins a new one; what the
/// older one wrote after that is no part of it.
/// </summary>
/// <param name="Number">The timeline.</param>
/// <param name="Parts">From the oldest to this one, which has no end.</param>
internal sealed record WalTimeline(uint Number, IReadOnlyList<WalTimelinePart> Parts)
{
    /// <summary>The name of the file that tells its history.</summary>
    public static string HistoryOf(uint timeline) => $"{timeline:X8}.history";

    /// <summary>Reads its history: a line for each older timeline with its number and its end, such as <c>1 0/3000098 why</c>.</summary>
    /// <param name="number">The timeline.</param>
    /// <param name="history">The file; nothing for one that is not known, as there is none of the first.</param>
    /// <exception cref="FormatException">It is no history.</exception>
    public static WalTimeline Read(uint number, string history)
    {
        var (parts, begin) = (new List<WalTimelinePart>(), default(WalPosition));
        foreach (var line in history.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var end = fields.Length > 1 ? WalPosition.Parse(fields[1]) : throw new FormatException($"'{line}' is no line of a timeline's history.");
            parts.Add(new(uint.Parse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture), begin, end));
            begin = end;
        }

        return new(number, [.. parts, new(number, begin, null)]);
    }

    /// <summary>Whether a base backup is a beginning of it.</summary>
    public bool Continues(BaseManifest manifest) =>
        Parts.Any(part => part.Timeline == manifest.Timeline && !(part.End < WalPosition.Parse(manifest.EndPosition)));

    /// <summary>The segments that a recovery along it reads, up to the last one that is listed.</summary>
    /// <param name="listed">What there is, of all timelines.</param>
    /// <param name="manifest">The base backup that it begins with.</param>
    /// <returns>In order, and also those that are not listed although later ones are.</returns>
    public IReadOnlyList<WalSegment> Needed(IReadOnlyCollection<WalSegment> listed, BaseManifest manifest)
    {
        var (needed, first, next) = (new List<WalSegment>(), manifest.First.Number, (ulong?)null);
        foreach (var part in Parts.Reverse())
        {
            // A new timeline begins with a copy of the segment that it branches off in, so that PostgreSQL reads that one
            var begin = Math.Max(first, part.Begin.Value / (ulong)manifest.SegmentSize);
            var end = next is { } newer ? newer - 1 : LastOf(part, listed, manifest, begin);
            for (var number = begin; number <= end; number++)
            {
                needed.Add(new(part.Timeline, number, manifest.SegmentSize));
            }

            next = end is null ? next : begin;
        }

        return [.. needed.OrderBy(segment => segment.Number)];
    }

    private static ulong? LastOf(WalTimelinePart part, IReadOnlyCollection<WalSegment> listed, BaseManifest manifest, ulong begin)
    {
        var numbers = listed
            .Where(segment => segment.Timeline == part.Timeline && segment.Number >= begin && !(part.End <= segment.Start))
            .Select(segment => segment.Number);
        // Without what makes the base backup consistent it is of no use, listed or not
        return (part.Timeline == manifest.Timeline ? numbers.Append(manifest.Last.Number) : numbers).Select(number => (ulong?)number).Max();
    }
}
