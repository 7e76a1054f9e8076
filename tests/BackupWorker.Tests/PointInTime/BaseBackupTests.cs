using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class BaseBackupTests(OwnServer own) : IClassFixture<OwnServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_refused_where_nobody_would_receive_the_log()
    {
        using var host = own.Host(("Backups:PointInTime:Enabled", "false"), ("Backups:PointInTime:Slot", "off"));

        var refused = await Assert.ThrowsAsync<BackupException>(() => OwnServer.MakeAsync(host));

        Assert.Equal(BaseBackup.NotEnabled, refused.Message);
        Assert.Equal(0, await SlotsAsync("off"));
    }

    [Fact]
    public async Task What_is_complete_stays_though_the_rest_fails()
    {
        using var host = own.Host(("Backups:PointInTime:Label", "complete"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OwnServer.MakeAsync(
            host,
            line =>
            {
                if (line.StartsWith("Waiting for the write-ahead log", StringComparison.Ordinal))
                {
                    end.Cancel();
                }
            },
            end));

        Assert.Single(Directory.GetFiles(own.Backups, "complete-*.base.json"));
        Assert.Single(Directory.GetFiles(own.Backups, "complete-*.base.tar.zst"));
    }

    [Fact]
    public async Task The_bytes_that_are_copied_and_read_back_are_told()
    {
        using var host = own.Host(("Backups:PointInTime:Label", "told"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var told = new List<(long Done, long Total)>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OwnServer.MakeAsync(
            host,
            line =>
            {
                if (line.StartsWith("Waiting for the write-ahead log", StringComparison.Ordinal))
                {
                    end.Cancel();
                }
            },
            end,
            (done, total) => told.Add((done, total))));

        var (copied, estimate) = told.Last(one => one.Total == told[0].Total);
        Assert.Equal((copied, copied), told[^1]);
        // Beside the databases there is little on a small server
        Assert.InRange(estimate, copied / 2, copied);
    }

    /// <summary>It waits for half a minute for what nobody receives.</summary>
    [Fact]
    public async Task One_whose_log_is_nowhere_is_told_as_that()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes half a minute; run it with --long");
        using var host = own.Host(("Backups:PointInTime:Label", "alone"));
        using var counts = new MeterCounts(host.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.destination.");

        var result = await OwnServer.MakeAsync(host);

        Assert.Equal(
            $"Base backup {result.Manifest.Id} is stored and cannot be restored yet: the write-ahead log that it needs is in no destination.", result.Failure);
        Assert.Equal(["local"], result.Destinations);
        Assert.Empty(result.Restorable);
        Assert.Equal(1, counts["failures{destination=local}"]);
    }

    [Fact]
    public async Task What_is_not_complete_goes()
    {
        using var host = own.Host(("Backups:PointInTime:Label", "partial"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OwnServer.MakeAsync(
            host,
            line =>
            {
                if (line.StartsWith("Reading ", StringComparison.Ordinal))
                {
                    end.Cancel();
                }
            },
            end));

        Assert.Empty(Directory.GetFiles(own.Backups, "partial-*"));
    }

    [Fact]
    public async Task It_is_not_stored_in_clear_after_an_encrypted_one()
    {
        using var host = own.Host(("Backups:PointInTime:Label", "secret"));
        Directory.CreateDirectory(own.Backups);
        await File.WriteAllTextAsync(Path.Combine(own.Backups, "secret-20261101T010000Z-aaaaaaaa.base.tar.zst.enc"), "", Cancelled);

        var refused = await Assert.ThrowsAsync<BackupException>(() => OwnServer.MakeAsync(host));

        Assert.Contains("is encrypted, and BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) is not set here", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Another stack, with a label of its own, may be writing there at this moment.</summary>
    [Fact]
    public async Task Only_what_was_left_behind_of_its_own_label_goes()
    {
        using var host = own.Host();
        Directory.CreateDirectory(own.Backups);
        string[] files = ["mine-20261101T010000Z-aaaaaaaa.base.tar.zst.partial", "theirs-20261101T010000Z-aaaaaaaa.base.tar.zst.partial"];
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(Path.Combine(own.Backups, file), "", Cancelled);
        }

        var storage = host.Services.GetRequiredService<BackupWorker.Storage.BackupDestinations>().All[0];
        await new BaseShelf(storage, "mine", host.Services.GetRequiredService<SealedFiles>()).RemoveLeftoversAsync(Cancelled);

        Assert.Equal([false, true], files.Select(file => File.Exists(Path.Combine(own.Backups, file))));
    }

    [Fact]
    public async Task Server_with_tablespaces_is_refused_in_words()
    {
        using var host = own.Host(("Backups:PointInTime:Label", "spaces"));
        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString + ";Options=-c allow_in_place_tablespaces=on", "CREATE TABLESPACE fast LOCATION ''");

        var refused = await Assert.ThrowsAsync<BackupException>(() => OwnServer.MakeAsync(host));

        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "DROP TABLESPACE fast");
        Assert.Equal(
            "The server has 1 tablespaces of its own; base backups of such servers are not supported. The backups of its databases (prodready backup run) hold them.",
            refused.Message);
    }

    /// <summary>The server would end the backup only when its own archiver has taken the log, too.</summary>
    [Theory]
    [InlineData("", "has no archive_command")]
    [InlineData("false", "fails at [0-9A-F]{24}")]
    public async Task Server_whose_own_archiving_does_not_work_is_refused_in_words(string command, string problem)
    {
        using var host = own.Host(("Backups:PointInTime:Label", "archiving"));
        await SetAsync($"ALTER SYSTEM SET archive_mode = 'on'; ALTER SYSTEM SET archive_command = '{command}'");
        try
        {
            await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "SELECT pg_switch_wal()");
            await Eventually.ReadAsync(
                () => BackupsFixture.ScalarAsync<long>(own.Server.ConnectionString, "SELECT failed_count FROM pg_stat_archiver"),
                failures => failures > 0 || command.Length == 0);

            var refused = await Assert.ThrowsAsync<BackupException>(() => OwnServer.MakeAsync(host));

            Assert.Matches(
                $"^The server's own archiving \\(archive_mode\\) {problem}, and a base backup would wait for it for ever\\. Mend it, or set archive_mode=off: "
                + "nothing here needs it\\.$",
                refused.Message);
        }
        finally
        {
            await SetAsync("ALTER SYSTEM RESET archive_mode; ALTER SYSTEM RESET archive_command");
        }

        async Task SetAsync(string settings)
        {
            foreach (var setting in settings.Split("; "))
            {
                await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, setting);
            }

            await own.Server.StopAsync();
            await own.Server.RestartAsync();
        }
    }

    [Fact]
    public async Task A_program_older_than_the_server_is_refused_and_leaves_no_slot()
    {
        using var host = own.Host(
            ("Backups:PointInTime:Label", "old"), ("Backups:PointInTime:Slot", "old"),
            ("Postgres:Bin", FakeTools.CreateOld(own.Folder("old"), PostgresPrograms.BaseBackup)));

        var refused = await Assert.ThrowsAsync<BackupException>(() => OwnServer.MakeAsync(host));

        Assert.Matches(
            "^pg_basebackup 13\\.22 is older than the server \\([0-9.]+\\) and refuses it\\. "
            + "Install PostgreSQL [0-9]+'s client programs, or set POSTGRES_BIN to their folder\\.$",
            refused.Message);
        Assert.Equal(0, await SlotsAsync("old"));
    }

    [Fact]
    public async Task A_standby_is_refused_in_words()
    {
        using var host = own.Host(("Backups:PointInTime:Label", "standby"));
        var signal = Path.Combine(own.Server.DataDirectory, "standby.signal");
        await own.Server.StopAsync();
        await File.WriteAllTextAsync(signal, "", Cancelled);
        await own.Server.RestartAsync();
        try
        {
            var refused = await Assert.ThrowsAsync<BackupException>(() => OwnServer.MakeAsync(host));

            Assert.Equal(
                "The server of DIRECT_URL (or DATABASE_URL) is a standby; backups for a point in time are taken from the primary. Name that one.", refused.Message);
        }
        finally
        {
            await own.Server.StopAsync();
            File.Delete(signal);
            await own.Server.RestartAsync();
        }
    }

    private Task<long> SlotsAsync(string name) => BackupsFixture.ScalarAsync<long>(
        own.Server.ConnectionString, $"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{name}'");
}
