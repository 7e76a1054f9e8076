using System.Globalization;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Which part of the log is to be fetched for a base backup.</summary>
/// <param name="Manifest">The base backup.</param>
/// <param name="Timeline">The timeline to recover along.</param>
/// <param name="Segments">The segments of it, in order.</param>
/// <param name="Histories">The histories of all timelines, by name: PostgreSQL takes a new number for the timeline that it begins.</param>
/// <param name="Listing">Where all of it is.</param>
internal sealed record WalPlan(
    BaseManifest Manifest,
    WalTimeline Timeline,
    IReadOnlyList<WalSegment> Segments,
    IReadOnlyDictionary<string, byte[]> Histories,
    WalListing Listing)
{
    /// <summary>The newest timeline of which storage holds anything, whether or not the base backup is a beginning of it.</summary>
    public uint Newest { get; } = Listing.Places.Keys
        .Where(name => SpoolFolder.IsHistory(name) || name.Length == WalSegment.NameLength)
        .Select(name => uint.TryParse(name[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Append(Timeline.Number)
        .Max();

    /// <summary>The timeline as PostgreSQL's setting names it: by number only where it can read its history.</summary>
    public string Target => Timeline.Number == 1 || Histories.ContainsKey(WalTimeline.HistoryOf(Timeline.Number)) ? $"{Timeline.Number}" : "current";
}
