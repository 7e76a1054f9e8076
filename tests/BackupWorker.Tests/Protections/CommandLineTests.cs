using Npgsql;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Tests.Drills;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>Every user of the machine can read the arguments of every process.</summary>
public sealed class CommandLineTests(DataStores stores)
{
    [Fact]
    public async Task No_program_is_given_a_secret_as_an_argument()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        Directory.CreateDirectory(fixture.Root);
        var seen = Path.Combine(fixture.Root, "arguments");
        var key = ArchiveKeys.Generate(TimeProvider.System);
        var app = fixture.Start(
            FakeTools.CreateAll(fixture.Root, $"echo \"${{0##*/}} $*\" >> '{seen}'\nexec \"$real\" \"$@\""),
            settings: [("Backups:Encryption:Keys", key)]);
        var target = fixture.Target();

        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        Assert.Equal(RestoreVerdict.Restored, (await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name)).Verdict);
        Assert.True((await app.DrillNowAsync(fixture.Database.Name)).Succeeded);

        var lines = await File.ReadAllLinesAsync(seen, TestContext.Current.CancellationToken);
        Assert.Equal(["pg_dump", "pg_dumpall", "pg_restore"], lines.Select(line => line.Split(' ')[0]).Distinct().Order());
        var password = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString).Password!;
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain(password, line, StringComparison.Ordinal);
            Assert.DoesNotContain(key.Split(':')[1], line, StringComparison.Ordinal);
            Assert.DoesNotContain("password=", line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("://", line, StringComparison.Ordinal);
        });
    }
}
