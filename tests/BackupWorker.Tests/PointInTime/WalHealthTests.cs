using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Archives;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class WalHealthTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-wal-health-");
    private readonly FakeTimeProvider _time = new();
    private readonly SealedFiles _files = new(new(TestArchives.Keys(TestArchives.First)));
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FaultyStorage _storage;
    private readonly ArchiveCodec _codec = TestArchives.Codec(TestArchives.First);
    private readonly StoredLog _stored;
    private readonly LogLines _lines = new();
    private int _listed;
    private readonly BackupDestinations _destinations;
    private readonly WalLag _lag;
    private readonly WalContinuity _continuity;

    public WalHealthTests()
    {
        _storage = new(new FolderStorage("local", _root.FullName, NullLogger<FolderStorage>.Instance), (step, _) =>
        {
            _listed += step == "list" ? 1 : 0;
            return false;
        });
        _destinations = new([_storage]);
        _stored = new(_root.FullName, _storage, _files, _codec);
        _lag = new(_time);
        var options = Options.Create(new PointInTimeOptions());
        _continuity = new(
            _destinations, options, _files, new(_destinations, options, _files, _codec), _services.GetRequiredService<IMeterFactory>(), _time, LoggerFactory.Create(to => to.AddProvider(_lines)).CreateLogger<WalContinuity>());
    }

    private string Gap => $"{_root.FullName} cannot bring back what is written now: the write-ahead log has a gap after the newest base backup there, or there is none. "
        + "Make one: prodready backup base.";

    [Fact]
    public async Task Log_that_does_not_get_into_storage_is_a_degradation_and_shows_in_the_gauge()
    {
        using var counts = new MeterCounts(_services.GetRequiredService<IMeterFactory>(), "prodready.backups.wal.");
        _ = new WalMetrics(_services.GetRequiredService<IMeterFactory>(), _destinations, _lag);
        Assert.False(counts.Has("lag"));

        _lag.Begin();
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(61, counts["lag"]);
        Assert.Equal(
            (HealthStatus.Degraded, "Not every destination has got the write-ahead log since 61 s ago; so much would be lost with the server's disk."), await HealthAsync());
    }

    [Fact]
    public async Task A_new_slot_is_a_degradation_until_there_is_a_base_backup()
    {
        using var counts = new MeterCounts(_services.GetRequiredService<IMeterFactory>(), "prodready.backups.wal.");
        Assert.False(counts.Has("gap{destination=local}"));
        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        Assert.Equal((HealthStatus.Degraded, Gap), await HealthAsync());
        Assert.Equal(1, counts["gap{destination=local}"]);

        await _stored.BaseAsync(5);
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());
        Assert.Equal(0, counts["gap{destination=local}"]);
    }

    [Fact]
    public async Task A_lost_slot_is_a_degradation_until_there_is_a_newer_base_backup()
    {
        await _stored.BaseAsync(3);
        _stored.Wal(3);
        _stored.Wal(4);
        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());

        // The server gave 5 to 7 up
        _continuity.Begin(ABase.System, StoredLog.Segment(8));
        Assert.Equal((HealthStatus.Degraded, Gap), await HealthAsync());
        _continuity.Begin(ABase.System, StoredLog.Segment(8));
        Assert.Equal((HealthStatus.Degraded, Gap), await HealthAsync());

        await _stored.BaseAsync(9);
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());
    }

    [Fact]
    public async Task Base_backup_of_another_server_does_not_count_and_nothing_is_said_where_another_replica_receives()
    {
        await _stored.BaseAsync(9, system: 7);
        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        Assert.Equal((HealthStatus.Degraded, Gap), await HealthAsync());

        _continuity.End();
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());
    }

    [Fact]
    public async Task A_gap_on_a_new_timeline_is_not_hidden_by_the_log_of_the_old_one()
    {
        await _stored.BaseAsync(3);
        foreach (var segment in new[] { 3, 4, 5, 6, 7 })
        {
            _stored.Wal(segment);
        }

        await _stored.HistoryAsync("1\t0/580000\tno recovery target specified\n");
        _continuity.Begin(ABase.System, StoredLog.Segment(7, timeline: 2));
        Assert.Equal((HealthStatus.Degraded, Gap), await HealthAsync());

        _stored.Wal(5, timeline: 2);
        _stored.Wal(6, timeline: 2);
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());
    }

    [Fact]
    public async Task A_manifest_that_makes_no_sense_is_no_base_backup_and_ends_nothing()
    {
        await _stored.BaseAsync(4, change: manifest => manifest with { System = "none" });
        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        Assert.Equal((HealthStatus.Degraded, Gap), await HealthAsync());

        await _stored.BaseAsync(9);
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());
    }

    [Fact]
    public async Task A_destination_that_cannot_be_read_is_told_once_and_asked_again()
    {
        await _stored.BaseAsync(5);
        _storage.Broken = "list";
        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        await HealthAsync();
        await HealthAsync();
        Assert.Equal(
            [$"Whether the write-ahead log in {_root.FullName} goes on from a base backup is not known, and is asked again: The list failed."],
            _lines.Of(LogLevel.Error));

        _storage.Broken = null;
        var before = _listed;
        await HealthAsync();
        Assert.NotEqual(before, _listed);
    }

    [Fact]
    public async Task It_is_looked_for_often_at_first_then_seldom_and_not_at_all_once_it_is_proved()
    {
        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        Assert.True(await LooksAsync());
        Assert.True(await LooksAsync());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await LooksAsync());
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.True(await LooksAsync());
        Assert.False(await LooksAsync());

        await _stored.BaseAsync(5);
        _continuity.Ask();
        Assert.True(await LooksAsync());
        _continuity.Ask();
        Assert.False(await LooksAsync());
        Assert.Equal((HealthStatus.Healthy, null), await HealthAsync());

        _continuity.Begin(ABase.System, StoredLog.Segment(5));
        Assert.True(await LooksAsync());
    }

    public void Dispose()
    {
        _codec.Dispose();
        _lines.Dispose();
        _services.Dispose();
        _destinations.Dispose();
        _root.Delete(recursive: true);
    }

    private async Task<bool> LooksAsync()
    {
        var before = _listed;
        await _continuity.CheckAsync(TestContext.Current.CancellationToken);
        return _listed > before;
    }

    private async Task<(HealthStatus Status, string? Description)> HealthAsync()
    {
        await _continuity.CheckAsync(TestContext.Current.CancellationToken);
        var result = await new WalHealthCheck(_lag, _continuity).CheckHealthAsync(new(), TestContext.Current.CancellationToken);
        return (result.Status, result.Description);
    }
}
