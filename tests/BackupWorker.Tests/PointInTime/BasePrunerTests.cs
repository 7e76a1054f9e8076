using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Archives;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>Which base backups count, where the server was taken back to a time before.</summary>
public sealed class BasePrunerTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-base-pruner-");
    private readonly BackupDestinations _destinations;
    private readonly ArchiveCodec _codec = TestArchives.Codec(TestArchives.First);
    private readonly StoredLog _stored;
    private readonly SealedFiles _files = new(new(TestArchives.Keys(TestArchives.First)));

    public BasePrunerTests()
    {
        _destinations = new([new FolderStorage("local", _root.FullName, NullLogger<FolderStorage>.Instance)]);
        _stored = new(_root.FullName, _destinations.All[0], _files, _codec);
    }

    /// <summary>The fifth is of what the server was taken back from: whoever counted it would lose the way to what the server is now.</summary>
    [Fact]
    public async Task One_that_the_timeline_has_left_behind_does_not_count()
    {
        await LogAsync();
        await _stored.HistoryAsync($"1\t{StoredLog.Segment(4).Start}\trestored\n");

        await PruneAsync(await _stored.BaseAsync(6, timeline: 2));
        Assert.Equal([3, 5, 6], Bases());

        await PruneAsync(await _stored.BaseAsync(7, timeline: 2));
        Assert.Equal([6, 7], Bases());
    }

    [Fact]
    public async Task Without_its_history_nobody_knows_what_leads_to_it()
    {
        await LogAsync();

        await PruneAsync(await _stored.BaseAsync(6, timeline: 2));

        Assert.Equal([2, 3, 5, 6], Bases());
    }

    [Fact]
    public async Task On_one_timeline_the_newest_stay()
    {
        await LogAsync();

        await PruneAsync(await _stored.BaseAsync(6));

        Assert.Equal([5, 6], Bases());
    }

    public void Dispose()
    {
        _codec.Dispose();
        _destinations.Dispose();
        _root.Delete(recursive: true);
    }

    private async Task LogAsync()
    {
        foreach (var segment in Enumerable.Range(1, 8))
        {
            _stored.Wal(segment);
            _stored.Wal(segment, timeline: 2);
        }

        foreach (var segment in (int[])[2, 3, 5])
        {
            await _stored.BaseAsync(segment);
        }
    }

    private async Task PruneAsync(BaseManifest newest)
    {
        var options = Options.Create(new PointInTimeOptions { BasesKept = 2 });
        var pruner = new BasePruner(
            _destinations,
            options,
            Options.Create(new ScheduleOptions()),
            _files,
            new(_destinations, options, _files, _codec),
            NullLogger<BasePruner>.Instance);
        Assert.Empty(await pruner.PruneAsync(newest, TestContext.Current.CancellationToken));
    }

    private IEnumerable<int> Bases() => _root.GetFiles("*.base.json")
        .Select(file => BaseName.TryParse(file.Name, "server", out var name) ? name.StartedAt.Day : 0)
        .Order();
}
