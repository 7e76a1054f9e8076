using Npgsql;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Tests.Drills;
using ProdReady.BackupWorker.Tests.PointInTime;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>Every user of the machine can read the arguments of every process.</summary>
public sealed class CommandLineTests(DataStores stores, OwnServer own) : IClassFixture<OwnServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_program_is_given_a_secret_as_an_argument()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        Directory.CreateDirectory(fixture.Root);
        var key = ArchiveKeys.Generate(TimeProvider.System);
        var app = fixture.Start(Tools(fixture), settings: [("Backups:Encryption:Keys", key)]);
        var target = fixture.Target();

        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        Assert.Equal(RestoreVerdict.Restored, (await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name)).Verdict);
        Assert.True((await app.DrillNowAsync(fixture.Database.Name)).Succeeded);

        await AssertSeenAsync(fixture, ["pg_dump", "pg_dumpall", "pg_restore"], fixture.Database.ConnectionString, key);
    }

    [Fact]
    public async Task Nor_are_those_of_a_point_in_time()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var key = ArchiveKeys.Generate(TimeProvider.System);
        var app = fixture.Start(
            Tools(fixture),
            own.Server.ConnectionString,
            ("Backups:Encryption:Keys", key), ("Backups:PointInTime:Enabled", "true"), ("Backups:PointInTime:Cron", "off"),
            ("Backups:PointInTime:Spool", own.Folder("spool")));
        using var client = BackupsFixture.ClientOf(app);

        await using (var held = await RunLock.TryTakeAsync(app.Services.GetRequiredService<BackupSources>().Home, RunLock.Bases, Cancelled))
        {
            // Ends once the log that it needs is received
            await app.Services.GetRequiredService<BaseBackup>().MakeAsync(held!, new(_ => { }), Cancelled);
        }

        await AssertSeenAsync(fixture, ["pg_basebackup", "pg_receivewal"], own.Server.ConnectionString, key);
    }

    private static string Seen(BackupsFixture fixture) => Path.Combine(fixture.Root, "arguments");

    private static string Tools(BackupsFixture fixture) =>
        FakeTools.CreateAll(fixture.Root, $"echo \"${{0##*/}} $*\" >> '{Seen(fixture)}'\nexec \"$real\" \"$@\"");

    private static async Task AssertSeenAsync(BackupsFixture fixture, string[] programs, string connectionString, string key)
    {
        var lines = await File.ReadAllLinesAsync(Seen(fixture), Cancelled);
        Assert.Equal(programs, lines.Select(line => line.Split(' ')[0]).Distinct().Order());
        var password = new NpgsqlConnectionStringBuilder(connectionString).Password!;
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain(password, line, StringComparison.Ordinal);
            Assert.DoesNotContain(key.Split(':')[1], line, StringComparison.Ordinal);
            Assert.DoesNotContain("password=", line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("://", line, StringComparison.Ordinal);
        });
    }
}
