using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Drills;

public sealed class DrillTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drill_restores_compares_and_leaves_nothing_but_its_result()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start();
        var run = Assert.Single(await app.BackUpNowAsync()).Run;

        var (drill, into) = await DrillAsync(app, fixture);

        Assert.True(drill.Succeeded, drill.Error);
        Assert.Equal(1000, drill.Tables!.Single(table => table.Name == "public.customers").Restored);
        var copy = await CopyAsync(app, run.Id);
        Assert.Equal((BackupState.Ok, null), (copy.State, copy.Check!.DrillError));
        Assert.InRange(copy.Check.DrilledAt!.Value, copy.Check.CheckedAt, TimeProvider.System.GetUtcNow());
        Assert.Contains("drilledAt", await File.ReadAllTextAsync(Path.Combine(fixture.Directory, run.Name.CheckFile), Cancelled), StringComparison.Ordinal);
        Assert.False(await ExistsAsync(fixture, into));
    }

    [Fact]
    public async Task A_corrupt_backup_fails_the_drill_loudly_and_is_not_taken_for_good_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var log = new LogLines();
        var app = fixture.Start(services => services.AddSingleton<ILoggerProvider>(log));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        var run = Assert.Single(await app.BackUpNowAsync()).Run;
        var data = fixture.FileOf("data-01");
        await BackupsFixture.GarbleAsync(data);

        var (drill, into) = await DrillAsync(app, fixture);

        Assert.False(drill.Succeeded);
        Assert.Contains($"The drill of backup {run.Id} of {fixture.Database.Name} failed: {drill.Error}", log.Of(LogLevel.Critical));
        Assert.Equal(1, counts[$"drills{{database={fixture.Database.Name},outcome=failed}}"]);
        var copy = await CopyAsync(app, run.Id);
        Assert.Equal((BackupState.Corrupt, drill.Error, drill.Error), (copy.State, copy.Check!.Error, copy.Check.DrillError));
        Assert.False(await ExistsAsync(fixture, into));
        Assert.Equal(RestoreVerdict.NotFound, (await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, fixture.Target().Name)).Verdict);
        // The command line says so too
        var cli = await CliProcess.RunAsync(fixture.Root, ["drill", run.Id], fixture.CliSettings);
        Assert.Equal(ExitCode.Failed, cli.ExitCode);
        Assert.Contains(Path.GetFileName(data), cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drill_that_the_server_fails_says_nothing_about_the_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var run = Assert.Single(await fixture.Start().BackUpNowAsync()).Run;
        var app = fixture.Start(FakeTools.Create(fixture.Root, "pg_restore", "cat > /dev/null; echo 'pg_restore: error: simulated' >&2; exit 1"));
        File.Delete(Path.Combine(fixture.Directory, run.Name.CheckFile));

        var (drill, into) = await DrillAsync(app, fixture);

        Assert.False(drill.Succeeded);
        Assert.False(await ExistsAsync(fixture, into));
        Assert.Equal(BackupState.Unverified, (await CopyAsync(app, run.Id)).State);
    }

    [Fact]
    public async Task Whatever_breaks_a_drill_it_is_one_that_failed()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var storage = new FaultyStorage(new FolderStorage("local", fixture.Directory, NullLogger<FolderStorage>.Instance));
        var app = fixture.Start(services => services.AddSingleton(new BackupDestinations([storage])));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        storage.Broken = "list";

        var (drill, _) = await DrillAsync(app, fixture);

        Assert.Equal((false, "The list failed."), (drill.Succeeded, drill.Error));
        Assert.Equal(1, counts[$"drills{{database={fixture.Database.Name},outcome=failed}}"]);
    }

    [Fact]
    public async Task A_drill_subscribes_to_nothing_and_needs_no_tablespace()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(
            "CREATE SUBSCRIPTION sub CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false, slot_name = NONE); CREATE PUBLICATION pub");
        var arguments = Path.Combine(Directory.CreateDirectory(fixture.Root).FullName, "arguments");
        var app = fixture.Start(FakeTools.Create(fixture.Root, "pg_restore", $"echo \"$*\" >> '{arguments}'\nexec \"$real\" \"$@\""));
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);

        var (drill, into) = await DrillAsync(app, fixture);

        await fixture.ExecuteAsync("DROP SUBSCRIPTION sub");
        Assert.True(drill.Succeeded, drill.Error);
        Assert.False(await ExistsAsync(fixture, into));
        Assert.All(
            (await File.ReadAllLinesAsync(arguments, Cancelled)).Where(line => line.Contains("--dbname", StringComparison.Ordinal)),
            line => Assert.Contains("--no-tablespaces --no-publications --no-subscriptions", line, StringComparison.Ordinal));
    }

    /// <summary>pg_restore succeeds in each of them.</summary>
    [Theory]
    [InlineData("DELETE FROM events_2025 WHERE what = 'event 1'", "Row counts differ from the backup's\\.")]
    [InlineData("SELECT lo_unlink(oid) FROM pg_largeobject_metadata", "Row counts differ from the backup's\\.")]
    [InlineData("ALTER TABLE customers DROP CONSTRAINT customers_balance_check", "[0-9]+ constraints were restored of [0-9]+\\.")]
    [InlineData(
        "ALTER TABLE customers DROP CONSTRAINT customers_balance_check, ADD CONSTRAINT customers_balance_check CHECK (balance >= 0) NOT VALID",
        "Constraints are not valid that were: public\\.customers\\.customers_balance_check\\.")]
    public async Task What_is_not_as_it_was_fails_the_drill(string afterwards, string error)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var log = new LogLines();
        var app = fixture.Start(services => services.AddSingleton<ILoggerProvider>(log), RestoreAnd(fixture, afterwards));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        var run = Assert.Single(await app.BackUpNowAsync()).Run;

        var (drill, into) = await DrillAsync(app, fixture);

        Assert.False(drill.Succeeded);
        Assert.Matches($"^{error}$", drill.Error);
        Assert.False(await ExistsAsync(fixture, into));
        Assert.Contains($"The drill of backup {run.Id} of {fixture.Database.Name} failed: {drill.Error}", log.Of(LogLevel.Critical));
        Assert.Equal(1, counts[$"drills{{database={fixture.Database.Name},outcome=failed}}"]);
        // Every byte was proved on the way: the copy is what was written
        var copy = await CopyAsync(app, run.Id);
        Assert.Equal((BackupState.Ok, drill.Error), (copy.State, copy.Check!.DrillError));
    }

    [Fact]
    public async Task A_throwaway_database_that_cannot_be_dropped_fails_the_drill()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);
        // A subscription of its own lets no database be dropped
        var app = fixture.Start(RestoreAnd(
            fixture, "CREATE SUBSCRIPTION sub CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false, slot_name = NONE)"));

        var (drill, into) = await DrillAsync(app, fixture);

        Assert.True(await ExistsAsync(fixture, into));
        await BackupsFixture.ExecuteAsync(fixture.ConnectionTo(into), "DROP SUBSCRIPTION sub");
        await fixture.ExecuteAsync($"DROP DATABASE {into}");
        Assert.StartsWith($"The throwaway database '{into}' cannot be dropped: The database answered: ", drill.Error, StringComparison.Ordinal);
        Assert.EndsWith($" Remove it with: DROP DATABASE \"{into}\";", drill.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_waits_for_no_other_drill()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        await using var held = await RunLock.TryTakeAsync(app.Services.GetRequiredService<BackupSources>().Home, RunLock.Drills, Cancelled);
        Assert.NotNull(held);

        var cli = await CliProcess.RunAsync(fixture.Root, ["drill"], fixture.CliSettings);

        Assert.Equal((ExitCode.Busy, "A drill is under way, here or in another process. Start one when it has ended."), (cli.ExitCode, cli.Error.Trim()));
    }

    [Fact]
    public async Task The_command_line_needs_the_server_and_not_the_database_that_is_lost()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        await using var lost = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{lost.Name}\"");
        Assert.Null(Assert.Single(await fixture.Start(connection: lost.ConnectionString).BackUpNowAsync()).Error);
        await fixture.ExecuteAsync($"DROP DATABASE \"{lost.Name}\" WITH (FORCE)");
        var settings = new Dictionary<string, string>(fixture.CliSettings) { ["ConnectionStrings__prodready"] = lost.ConnectionString };

        var cli = await CliProcess.RunAsync(fixture.Root, ["drill"], settings);

        Assert.True(cli.ExitCode == ExitCode.Ok, cli.Error);
        // Another one there keeps it from starting all the same
        await using var held = await RunLock.TryTakeAsync(
            fixture.Start().Services.GetRequiredService<BackupSources>().Home.To("postgres"), RunLock.Drills, Cancelled);
        Assert.Equal(ExitCode.Busy, (await CliProcess.RunAsync(fixture.Root, ["drill"], settings)).ExitCode);
    }

    [Fact]
    public async Task What_a_killed_drill_left_goes_when_it_is_a_day_old_and_not_before()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var before = await MarkedAsync(fixture);
        var tools = FakeTools.Create(fixture.Root, "pg_restore", "exec sleep 60");
        using (var killed = CliProcess.Start(fixture.Root, ["drill"], new(fixture.CliSettings) { ["POSTGRES_BIN"] = tools }))
        {
            await Eventually.ReadAsync(() => MarkedAsync(fixture), marked => marked.Except(before).Any());
            killed.Kill(entireProcessTree: true);
            await killed.WaitForExitAsync(Cancelled);
        }

        var left = Assert.Single((await MarkedAsync(fixture)).Except(before));
        var server = app.Services.GetRequiredService<BackupSources>().Home;
        var now = TimeProvider.System.GetUtcNow();

        // Another replica may have created it just now; nobody is connected to it either
        await DrillDatabase.DropLeftoversAsync(server, now, Cancelled);
        Assert.Contains(left, await MarkedAsync(fixture));
        await DrillDatabase.DropLeftoversAsync(server, now.AddHours(23), Cancelled);
        Assert.Contains(left, await MarkedAsync(fixture));
        await DrillDatabase.DropLeftoversAsync(server, now.AddHours(25), Cancelled);
        Assert.DoesNotContain(left, await MarkedAsync(fixture));
    }

    [Fact]
    public async Task Databases_without_the_mark_or_with_another_comment_stay()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var other = fixture.Target("prodready_drill_abcdefgh");
        await fixture.ExecuteAsync($"CREATE DATABASE \"{other.Name}\"");
        await fixture.ExecuteAsync($"COMMENT ON DATABASE \"{other.Name}\" IS 'mine, {DrillDatabase.Comment(DateTimeOffset.UnixEpoch)}'");
        var server = fixture.Start().Services.GetRequiredService<BackupSources>().Home;

        await DrillDatabase.DropLeftoversAsync(server, TimeProvider.System.GetUtcNow(), Cancelled);

        Assert.True(await ExistsAsync(fixture, other.Name));
    }

    /// <summary>A pg_restore that runs a statement in the new database when all else of it is there.</summary>
    private static string RestoreAnd(BackupsFixture fixture, string sql) => FakeTools.Create(
        fixture.Root,
        "pg_restore",
        $"\"$real\" \"$@\" || exit $?\ncase \"$*\" in *--jobs*) exec \"$(dirname \"$real\")/psql\" -X -q -c \"{sql}\" ;; esac");

    private static async Task<(DrillResult Drill, string Into)> DrillAsync(WebApplicationFactory<BackupsOptions> app, BackupsFixture fixture)
    {
        var said = new List<string>();
        var drill = await app.DrillNowAsync(fixture.Database.Name, said.Add);
        return (drill, Regex.Match(string.Join('\n', said), "into the new database '(.*)'").Groups[1].Value);
    }

    private static async Task<StoredBackup> CopyAsync(WebApplicationFactory<BackupsOptions> app, string id) =>
        Assert.Single(await app.Services.GetRequiredService<BackupShelves>().FindAsync(id, Cancelled));

    /// <summary>The drills' databases that are there, those of other tests included.</summary>
    private static Task<string[]> MarkedAsync(BackupsFixture fixture) => BackupsFixture.ScalarAsync<string[]>(
        fixture.Database.ConnectionString,
        "SELECT coalesce(array_agg(datname::text), '{}') FROM pg_database WHERE shobj_description(oid, 'pg_database') LIKE 'A throwaway database of a ProdReady drill%'");

    private static Task<bool> ExistsAsync(BackupsFixture fixture, string database)
    {
        Assert.StartsWith("prodready_drill_", database, StringComparison.Ordinal);
        return fixture.ExistsAsync(database);
    }
}
