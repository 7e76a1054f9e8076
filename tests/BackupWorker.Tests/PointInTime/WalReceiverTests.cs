using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>What the operator sees of a receiver that cannot do its work.</summary>
public sealed class WalReceiverTests(DataStores stores, OwnServer own) : IClassFixture<OwnServer>, IDisposable
{
    private readonly LogLines _log = new();
    private readonly string _slot = $"slot_{Guid.NewGuid().ToString("N")[..8]}";
    private FaultyStorage _storage = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Log_is_not_received_in_clear_where_it_was_encrypted()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Directory);
        const string Encrypted = "server.wal.0000000000000abc.000000010000000000000003.zst.enc";
        await File.WriteAllTextAsync(Path.Combine(fixture.Directory, Encrypted), "", Cancelled);
        var app = Start(fixture);
        using var client = BackupsFixture.ClientOf(app);

        await Eventually.ReadAsync(
            () => Task.FromResult(_log.Of(LogLevel.Error).ToList()),
            lines => lines.Exists(line => line.StartsWith("The write-ahead log is not received; next try in ", StringComparison.Ordinal)
                && line.Contains($": {Encrypted} in {fixture.Directory} is encrypted, and BACKUP_ENCRYPTION_KEY ", StringComparison.Ordinal)));

        Assert.False(await SlotAsync("true"));
        Assert.Equal([Encrypted], fixture.Files);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slot_that_is_lost_under_it_is_told_made_anew_and_needs_a_base_backup(bool isGivenUp)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = Start(fixture);
        using var client = BackupsFixture.ClientOf(app);
        await Eventually.ReadAsync(ReceivesAsync, done => done);
        await BaseAsync(app);
        Assert.Null(await WhyNotAsync(app));

        await (isGivenUp ? GiveUpAsync() : ExecuteAsync($"SELECT pg_drop_replication_slot('{_slot}')"));

        await Eventually.ReadAsync(
            () => Task.FromResult(_log.Of(LogLevel.Error).ToList()),
            lines => lines.Exists(line => line.Contains(
                $"The replication slot {_slot} was dropped, or the server gave it up (max_slot_wal_keep_size): it does not keep the log for us any more, "
                + "and what is not received yet may be gone. The slot is made anew.", StringComparison.Ordinal)));
        // One that nobody uses gives no sign of its loss but this
        await Eventually.ReadAsync(
            () => Task.FromResult((isGivenUp ? _log.Of(LogLevel.Critical) : _log.Of(LogLevel.Warning).Skip(1)).ToList()),
            lines => lines.Exists(line => line.StartsWith(
                isGivenUp ? $"The server gave the replication slot {_slot} up (max_slot_wal_keep_size), and log is missing. " : $"The replication slot {_slot} is new: ",
                StringComparison.Ordinal)));
        await Eventually.ReadAsync(() => SlotAsync("restart_lsn IS NOT NULL AND wal_status <> 'lost'"), done => done);
        await Eventually.ReadAsync(ReceivesAsync, done => done);
        _storage.Broken = null;
        await BaseAsync(app);
        await Eventually.ReadAsync(() => WhyNotAsync(app), reason => reason is null);
    }

    [Fact]
    public async Task A_program_older_than_the_server_is_told_and_leaves_no_slot()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = Start(fixture, FakeTools.CreateOld(fixture.Root, PostgresPrograms.ReceiveWal));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.wal.");

        await Eventually.ReadAsync(
            () => Task.FromResult(_log.Of(LogLevel.Error).ToList()),
            lines => lines.Exists(line => Regex.IsMatch(
                line,
                "^The write-ahead log is not received; next try in [0-9:]+: pg_receivewal 13\\.22 is older than the server \\([0-9.]+\\) and refuses it\\. "
                + "Install PostgreSQL [0-9]+'s client programs, or set POSTGRES_BIN to their folder\\.$")));

        await Eventually.ReadAsync(() => Task.FromResult(counts["failures{stage=receive}"]), failures => failures > 0);
        // What becomes unhealthy after a minute
        Assert.NotNull(app.Services.GetRequiredService<WalLag>().Now);
        Assert.False(await SlotAsync("true"));
    }

    public void Dispose() => _log.Dispose();

    /// <summary>The server writes more than it may keep, and storage takes none of it.</summary>
    private async Task GiveUpAsync()
    {
        _storage.Broken = "create";
        await ExecuteAsync("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.ReadAsync(
            async () =>
            {
                await ExecuteAsync("SELECT pg_logical_emit_message(false, 'test', 'x'); SELECT pg_switch_wal()");
                await ExecuteAsync("CHECKPOINT");
                return !await SlotAsync("restart_lsn IS NOT NULL AND wal_status <> 'lost'") || _log.Of(LogLevel.Critical).Any();
            },
            lost => lost);
        await ExecuteAsync("ALTER SYSTEM RESET max_slot_wal_keep_size");
        await ExecuteAsync("SELECT pg_reload_conf()");
    }

    private WebApplicationFactory<BackupsOptions> Start(BackupsFixture fixture, string? tools = null)
    {
        _storage = new(new FolderStorage("local", fixture.Directory, NullLogger<FolderStorage>.Instance));
        return fixture.Start(
            services => services.AddSingleton<ILoggerProvider>(_log).AddSingleton(new BackupDestinations([_storage])),
            tools,
            own.Server.ConnectionString,
            ("Backups:PointInTime:Enabled", "true"),
            ("Backups:PointInTime:Cron", "off"),
            ("Backups:PointInTime:Slot", _slot),
            ("Backups:PointInTime:Spool", own.Folder($"spool-{_slot}")));
    }

    private static async Task BaseAsync(WebApplicationFactory<BackupsOptions> app)
    {
        await using var held = await RunLock.TryTakeAsync(app.Services.GetRequiredService<BackupSources>().Home, RunLock.Bases, Cancelled);
        await app.Services.GetRequiredService<BaseBackup>().MakeAsync(held!, new(_ => { }), Cancelled);
    }

    private static async Task<string?> WhyNotAsync(WebApplicationFactory<BackupsOptions> app)
    {
        var continuity = app.Services.GetRequiredService<WalContinuity>();
        continuity.Ask();
        await continuity.CheckAsync(Cancelled);
        return continuity.WhyNot;
    }

    private Task<bool> ReceivesAsync() => BackupsFixture.ScalarAsync<bool>(
        own.Server.ConnectionString, $"SELECT EXISTS (SELECT FROM pg_stat_replication WHERE starts_with(application_name, 'prodready-wal-{_slot}-'))");

    private Task<bool> SlotAsync(string which) => BackupsFixture.ScalarAsync<bool>(
        own.Server.ConnectionString, $"SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{_slot}' AND {which})");

    private Task ExecuteAsync(string sql) => BackupsFixture.ExecuteAsync(own.Server.ConnectionString, sql);
}
