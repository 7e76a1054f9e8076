using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Archives;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>The log's way from the spool into two destinations, without a server.</summary>
public sealed class WalShippersTests : IDisposable
{
    private const ulong System = ABase.System;
    private const int Size = 1 << 20;

    private static readonly WalSegment First = new(1, 5, Size);
    private static readonly IOptions<PointInTimeOptions> Options = Microsoft.Extensions.Options.Options.Create(new PointInTimeOptions());

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-shippers-");
    private readonly BackupDestinations _destinations;
    private readonly FaultyStorage _second;
    private readonly SpoolFolder _spool;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ArchiveCodec _codec = TestArchives.Codec(TestArchives.First);
    private readonly SealedFiles _files = new(new(TestArchives.Keys(TestArchives.First)));

    public WalShippersTests()
    {
        _second = new(Folder("second"));
        _destinations = new([Folder("first"), _second]);
        _spool = SpoolFolder.Create(Path.Combine(_root.FullName, "spool"), "server", System, First);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whole_segments_get_into_every_destination_and_leave_the_spool()
    {
        var shippers = Shippers();
        Fill(First, 100);
        Complete(First);
        Fill(First.Next, 200);

        var shipment = await shippers.ShipAsync(_spool, received: null, Patience, Cancelled);

        Assert.Equal(new(new(First.End.Value + 200), IsComplete: true), shipment);
        Assert.Empty(_spool.Whole());
        Assert.All(["first", "second"], folder => Assert.Equal(
            [$"{First}.json", $"{First}.zst.enc", $"{First.Next}.tail-000001.zst.enc", $"{First.Next}.tail.json"], Stored(folder)));
    }

    [Fact]
    public async Task Destination_that_fails_for_a_while_is_caught_up_and_holds_nobody_up()
    {
        using var counts = new MeterCounts(_services.GetRequiredService<IMeterFactory>(), "prodready.backups.wal.");
        var shippers = Shippers();
        _second.Broken = "commit";
        var segment = First;
        for (var count = 0; count < 3; count++, segment = segment.Next)
        {
            Fill(segment, 100);
            Complete(segment);
            Assert.False((await shippers.ShipAsync(_spool, received: null, Patience, Cancelled)).IsComplete);
        }

        Assert.Equal(3, _spool.Whole().Count);
        Assert.Equal(6, Stored("first").Length);
        Assert.Empty(Stored("second"));
        Assert.Equal((3, 0, 3 * Size), (counts["segments{destination=first}"], counts["segments{destination=second}"], counts["spooled"]));
        Assert.Equal(3, counts["failures{stage=store,destination=second}"]);

        _second.Broken = null;
        Assert.Equal(new(segment.Start, true), await shippers.ShipAsync(_spool, received: null, Patience, Cancelled));
        Assert.Empty(_spool.Whole());
        Assert.Equal(Stored("first"), Stored("second"));
        Assert.Equal(3, counts["segments{destination=second}"]);
    }

    [Fact]
    public async Task Slow_destination_does_not_hold_the_others_up()
    {
        var shippers = Shippers();
        var pace = new TaskCompletionSource();
        _second.Pace = pace.Task;
        Fill(First, 100);
        Complete(First);

        Assert.Equal(new(default, IsComplete: false), await shippers.ShipAsync(_spool, received: null, TimeSpan.FromSeconds(1), Cancelled));
        Fill(First.Next, 100);
        Complete(First.Next);
        await shippers.ShipAsync(_spool, received: null, TimeSpan.FromSeconds(1), Cancelled);
        Assert.Equal(4, Stored("first").Length);
        Assert.DoesNotContain(Stored("second"), file => !file.EndsWith(FileNames.Partial, StringComparison.Ordinal));

        pace.SetResult();
        await shippers.SettleAsync();
        Assert.Equal(new(First.Next.End, IsComplete: true), await shippers.ShipAsync(_spool, received: null, Patience, Cancelled));
        Assert.Equal(Stored("first"), Stored("second"));
    }

    [Fact]
    public async Task Tail_is_replaced_only_when_it_has_grown_and_goes_with_the_whole_segment()
    {
        var shippers = Shippers();
        Fill(First, 100);
        await shippers.ShipAsync(_spool, received: null, Patience, Cancelled);
        await shippers.ShipAsync(_spool, received: null, Patience, Cancelled);
        Assert.Equal([$"{First}.tail-000001.zst.enc", $"{First}.tail.json"], Stored("first"));

        Fill(First, 300);
        // Zeros at the end of what was received are not stored, and are held all the same
        Assert.Equal(new(new(First.Start.Value + 304), true), await shippers.ShipAsync(_spool, new(First.Start.Value + 304), Patience, Cancelled));
        Assert.Equal([$"{First}.tail-000002.zst.enc", $"{First}.tail.json"], Stored("first"));

        Complete(First);
        await shippers.ShipAsync(_spool, received: null, Patience, Cancelled);
        Assert.Equal([$"{First}.json", $"{First}.zst.enc"], Stored("first"));
    }

    [Fact]
    public async Task Process_after_a_killed_one_does_not_replace_a_tail_by_a_shorter_one()
    {
        Fill(First, 300);
        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);

        // pg_receivewal begins the segment anew
        var shippers = Shippers();
        Fill(First, 100);
        await shippers.ShipAsync(_spool, received: null, Patience, Cancelled);
        Assert.Equal([$"{First}.tail-000001.zst.enc", $"{First}.tail.json"], Stored("first"));

        Fill(First, 301);
        await shippers.ShipAsync(_spool, received: null, Patience, Cancelled);
        Assert.Equal([$"{First}.tail-000002.zst.enc", $"{First}.tail.json"], Stored("first"));
    }

    [Fact]
    public async Task What_is_fetched_is_what_was_received_and_a_tail_is_filled_up_with_zeros()
    {
        Fill(First, 100);
        Complete(First);
        Fill(First.Next, 200);
        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);
        // The nearest destination's copy is damaged
        File.WriteAllText(Path.Combine(_root.FullName, "first", $"{Prefix}{First}.zst.enc"), "damaged");
        var (said, wal) = (new List<string>(), Path.Combine(_root.FullName, "fetched"));

        var fetched = await FetchAsync(said, wal);

        Assert.Equal(new(2, First.Next, LastIsTail: true, Missing: null), fetched);
        Assert.Equal(Content(First, 100), await File.ReadAllBytesAsync(Path.Combine(wal, First.Name), Cancelled));
        Assert.Equal(Content(First.Next, 200), await File.ReadAllBytesAsync(Path.Combine(wal, First.Next.Name), Cancelled));
        Assert.Contains($"{Prefix}{First}.zst.enc is damaged", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_that_is_missing_is_told()
    {
        foreach (var segment in new[] { First, First.Next, First.Next.Next })
        {
            Fill(segment, 100);
            Complete(segment);
        }

        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);
        foreach (var folder in new[] { "first", "second" })
        {
            File.Delete(Path.Combine(_root.FullName, folder, $"{Prefix}{First.Next}.json"));
        }

        Assert.Equal(new(1, First, LastIsTail: false, Missing: First.Next), await FetchAsync([]));
    }

    /// <summary>After an outage of storage, hours of the log come at once.</summary>
    [Fact]
    public async Task Log_that_came_long_after_it_was_written_is_fetched_all_the_same()
    {
        foreach (var segment in new[] { First, First.Next, First.Next.Next })
        {
            Fill(segment, 100);
            File.SetLastWriteTimeUtc(_spool.PathOf(segment), new(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            Complete(segment);
        }

        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);

        Assert.Equal(new(3, First.Next.Next, LastIsTail: false, Missing: null), await FetchAsync([]));
    }

    [Fact]
    public async Task A_tail_of_which_another_copy_may_hold_more_is_told()
    {
        Fill(First, 100);
        Complete(First);
        Fill(First.Next, 100);
        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);
        _second.Broken = "create";
        Fill(First.Next, 300);
        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);
        _second.Broken = null;
        // The longer one
        File.Delete(Path.Combine(_root.FullName, "first", $"{Prefix}{First.Next}.tail-000002.zst.enc"));

        Assert.Equal(new(2, First.Next, LastIsTail: true, Missing: First.Next), await FetchAsync([]));
    }

    [Fact]
    public async Task Destination_that_cannot_be_listed_may_hold_more()
    {
        Fill(First, 100);
        Complete(First);
        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);
        _second.Broken = "list";

        Assert.Equal([_second.Location], (await Fetcher().PlanAsync(Manifest(), null, _ => { }, Cancelled))!.Listing.Unread);
    }

    [Fact]
    public async Task A_whole_segment_that_lacks_a_part_is_none()
    {
        Fill(First, 100);
        Complete(First);
        await using (var cut = File.Open(_spool.PathOf(First.Name), FileMode.Open))
        {
            cut.SetLength(Size / 2);
        }

        var shipment = await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);

        Assert.Equal(new(default, IsComplete: false), shipment);
        Assert.Empty(Stored("first"));
    }

    [Fact]
    public async Task A_tail_is_not_replaced_by_a_whole_segment_with_less_in_it()
    {
        Fill(First, 300);
        await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);

        Fill(First, 100);
        Complete(First);
        var shipment = await Shippers().ShipAsync(_spool, received: null, Patience, Cancelled);

        Assert.False(shipment.IsComplete);
        Assert.Equal([$"{First}.tail-000001.zst.enc", $"{First}.tail.json"], Stored("first"));
        Assert.Equal([First.Name], _spool.Whole());
    }

    public void Dispose()
    {
        _destinations.Dispose();
        _codec.Dispose();
        _services.Dispose();
        _root.Delete(recursive: true);
    }

    private static string Prefix => WalFileName.Prefix("server", System);

    private static byte[] Content(WalSegment segment, int length)
    {
        var content = new byte[Size];
        content.AsSpan(0, length).Fill((byte)segment.Number);
        return content;
    }

    private static BaseManifest Manifest() => ABase.Of(First);

    /// <summary>As pg_receivewal does it: full of zeros from the start.</summary>
    private void Fill(WalSegment segment, int length) => File.WriteAllBytes(_spool.PathOf(segment), Content(segment, length));

    private void Complete(WalSegment segment) => File.Move(_spool.PathOf(segment), _spool.PathOf(segment.Name));

    private WalFetcher Fetcher() => new(new(_destinations, Options, _files, _codec));

    private async Task<WalFetch> FetchAsync(List<string> said, string? folder = null) => await Fetcher().FetchAsync(
        (await Fetcher().PlanAsync(Manifest(), null, said.Add, Cancelled))!, folder ?? Path.Combine(_root.FullName, "fetched"), new(said.Add), Cancelled);

    private string[] Stored(string folder) => Directory.Exists(Path.Combine(_root.FullName, folder))
        ? [.. Directory.GetFiles(Path.Combine(_root.FullName, folder)).Select(file => Path.GetFileName(file)[Prefix.Length..]).Order(StringComparer.Ordinal)]
        : [];

    private FolderStorage Folder(string name) => new(name, Path.Combine(_root.FullName, name), NullLogger<FolderStorage>.Instance);

    private WalShippers Shippers()
    {
        var metrics = new WalMetrics(_services.GetRequiredService<IMeterFactory>(), _destinations, new(TimeProvider.System));
        return new(_destinations, Options, _codec, _files, metrics, TimeProvider.System, NullLogger<WalShippers>.Instance);
    }
}
