using System.Text;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Brings the log that a base backup needs out of storage.</summary>
/// <remarks>
/// All of it, also for an early time: when a segment came to us says nothing about when it was written, since after an outage of storage
/// hours of the log come at once.
/// </remarks>
internal sealed class WalFetcher(WalReader reader)
{
    private const int HexDigits = 8;

    /// <summary>Finds out what is to be fetched.</summary>
    /// <param name="manifest">The base backup.</param>
    /// <param name="timeline">The timeline to recover along; nothing for the newest one that the base backup is a beginning of.</param>
    /// <param name="say">Takes a line for what could not be used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Nothing if the timeline does not go through the base backup.</returns>
    public async Task<WalPlan?> PlanAsync(BaseManifest manifest, uint? timeline, Action<string> say, CancellationToken cancellationToken)
    {
        var listing = await reader.ListAsync(manifest, say, cancellationToken);
        var (histories, timelines) = (new Dictionary<string, byte[]>(), new List<WalTimeline>());
        foreach (var name in listing.Places.Keys.Where(SpoolFolder.IsHistory))
        {
            var history = new MemoryStream();
            if (await reader.TryReadAsync(manifest, name, listing, () => history = new(), say, cancellationToken) is not null)
            {
                histories[name] = history.ToArray();
                timelines.Add(WalTimeline.Read(Convert.ToUInt32(name[..HexDigits], 16), Encoding.UTF8.GetString(histories[name])));
            }
        }

        if (timelines.TrueForAll(one => one.Number != manifest.Timeline))
        {
            timelines.Add(WalTimeline.Read(manifest.Timeline, ""));
        }

        var chosen = timelines
            .Where(one => one.Continues(manifest) && (timeline is null || one.Number == timeline))
            .MaxBy(one => one.Number);
        return chosen is null ? null : new(manifest, chosen, chosen.Needed(SegmentsOf(listing, manifest), manifest), histories, listing);
    }

    /// <summary>Fetches it, up to the first segment that cannot be fetched: what follows that one nobody can recover.</summary>
    /// <param name="plan">What.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="progress">Takes a line for what could not be used, and the bytes of segments.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WalFetch> FetchAsync(WalPlan plan, string folder, RestoreProgress progress, CancellationToken cancellationToken)
    {
        WritableFolder.Create(folder);
        foreach (var (name, history) in plan.Histories)
        {
            await using var file = OwnedFile.CreateAnew(Path.Combine(folder, name));
            await file.WriteAsync(history, cancellationToken);
        }

        var fetched = new WalFetch(0, null, false, null);
        var bytes = progress.Begin(plan.Segments.Count * plan.Manifest.SegmentSize)();
        foreach (var segment in plan.Segments)
        {
            var path = Path.Combine(folder, segment.Name);
            var copy = await reader.TryReadAsync(
                plan.Manifest, segment.Name, plan.Listing, () => OwnedFile.CreateAnew(path), progress.Say, cancellationToken);
            if (copy is null)
            {
                // What was written of it before it proved to be damaged
                File.Delete(path);
                return fetched with { Missing = segment };
            }

            fetched = new(fetched.Files + 1, segment, copy.IsTail, copy.IsShort ? segment : null);
            bytes.Report(fetched.Files * segment.Size);
            if (copy.IsShort)
            {
                break;
            }
        }

        return fetched;
    }

    private static List<WalSegment> SegmentsOf(WalListing listing, BaseManifest manifest) =>
    [
        .. listing.Places.Keys
            .Select(name => WalSegment.TryParse(name, manifest.SegmentSize, out var segment) ? segment : (WalSegment?)null)
            .OfType<WalSegment>(),
    ];
}
