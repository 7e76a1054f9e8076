using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Archives;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>A file of the log that cannot be proved, such as one under a key that is configured no more, must not end a restore.</summary>
public sealed class WalReaderTests : IDisposable
{
    private const string History = "00000002.history";

    private static readonly WalSegment First = new(1, 5, 1 << 20);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-wal-reader-");
    private readonly BackupDestinations _destinations;
    private readonly ArchiveCodec _codec = TestArchives.Codec(TestArchives.First);

    public WalReaderTests() => _destinations = new([Folder("first"), Folder("second")]);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_history_under_a_key_that_is_retired_is_told_and_missing_and_does_not_end_the_restore()
    {
        await StoreHistoryAsync("first", TestArchives.Second);
        await StoreHistoryAsync("second", TestArchives.Second);
        var said = new List<string>();

        var plan = (await FetcherOf(TestArchives.First).PlanAsync(ABase.Of(First), null, said.Add, Cancelled))!;

        Assert.Equal((1U, 0), (plan.Timeline.Number, plan.Histories.Count));
        Assert.Equal(2, said.Count);
        Assert.All(said, line => Assert.Contains($"{History}.json is sealed with the key '2026-11'", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_copy_of_it_is_read()
    {
        await StoreHistoryAsync("first", TestArchives.Second);
        await StoreHistoryAsync("second", TestArchives.First);
        var said = new List<string>();

        var plan = (await FetcherOf(TestArchives.First).PlanAsync(ABase.Of(First), null, said.Add, Cancelled))!;

        Assert.Equal((2U, History), (plan.Timeline.Number, Assert.Single(plan.Histories).Key));
        Assert.Single(said);
    }

    public void Dispose()
    {
        _destinations.Dispose();
        _codec.Dispose();
        _root.Delete(recursive: true);
    }

    private static SealedFiles FilesOf(string key) => new(new(TestArchives.Keys(key)));

    private WalFetcher FetcherOf(string key) => new(new(_destinations, Options.Create(new PointInTimeOptions()), FilesOf(key), _codec));

    private FolderStorage Folder(string name) => new(name, Path.Combine(_root.FullName, name), NullLogger<FolderStorage>.Instance);

    private async Task StoreHistoryAsync(string folder, string key)
    {
        using var codec = TestArchives.Codec(key);
        var storage = Folder(folder);
        var file = new WalFileName("server", ABase.System, History, WalFileKind.Whole, Encoding: codec.Suffix).ToString();
        ArchiveFacts archive;
        await using (var writer = await storage.CreateAsync(file, Cancelled))
        {
            archive = await codec.WriteAsync(file, new MemoryStream("1\t0/6000098\tno recovery target specified\n"u8.ToArray()), writer.Content, progress: null, Cancelled);
            await writer.CommitAsync(Cancelled);
        }

        await FilesOf(key).WriteAsync(
            storage,
            new WalFileName("server", ABase.System, History, WalFileKind.Facts).ToString(),
            new WalFacts(WalFacts.CurrentVersion, History, First.Size, file, default, archive),
            Cancelled);
    }
}
