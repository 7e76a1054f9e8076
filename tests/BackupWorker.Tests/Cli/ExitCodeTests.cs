using System.Text.Json;
using Npgsql;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>What scripts see of each command that does not end well, by the executable itself.</summary>
public sealed class ExitCodeTests(DataStores stores) : IAsyncLifetime
{
    private BackupsFixture _fixture = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(_fixture.Root);
        await _fixture.ExecuteAsync("CREATE TABLE t AS SELECT n FROM generate_series(1, 100) n");
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Prune_removes_what_no_rule_keeps_and_a_dry_run_only_says_so()
    {
        var time = new SetClock { Now = new(2025, 1, 1, 2, 0, 0, TimeSpan.Zero) };
        var app = _fixture.Start(services => services.AddSingleton<TimeProvider>(time));
        var old = Assert.Single(await app.BackUpNowAsync()).Run.Id;
        time.Now += TimeSpan.FromDays(1);
        var newest = Assert.Single(await app.BackUpNowAsync()).Run.Id;
        (string, string)[] settings = [("RETENTION_DAYS", "7"), ("Backups__Retention__KeepVerified", "1")];
        var files = _fixture.Files.ToList();

        var dryRun = await RunAsync(["prune", "--dry-run"], settings);

        Assert.Equal((ExitCode.Ok, ""), (dryRun.ExitCode, dryRun.Error));
        Assert.Matches($"{old} .*│ would be removed: ", dryRun.Output);
        Assert.Matches($"{newest} .*│ kept: ", dryRun.Output);

        var dryRunJson = await RunAsync(["prune", "--dry-run", "--json"], settings);

        Assert.Equal(["would be removed", "kept"], ReasonsOf(dryRunJson));
        Assert.Equal(files, _fixture.Files);

        var prune = await RunAsync(["prune", "--json"], settings);

        Assert.Equal(ExitCode.Ok, prune.ExitCode);
        Assert.Equal(
            [(old, false), (newest, true)],
            JsonSerializer.Deserialize<JsonElement[]>(prune.Output)!.Select(one => (one.GetProperty("id").GetString(), one.GetProperty("keep").GetBoolean())));
        Assert.Equal(["removed", "kept"], ReasonsOf(prune));
        Assert.Equal(files.Where(file => file.Contains(newest, StringComparison.Ordinal)), _fixture.Files);
    }

    [Fact]
    public async Task Prune_does_not_get_in_the_way_of_a_run()
    {
        var home = _fixture.Start().Services.GetRequiredService<BackupSources>().Home;
        // The service's own clean-up at start may have it for a moment
        await using var held = await Eventually.ReadAsync(() => RunLock.TryTakeAsync(home, RunLock.Backups, Cancelled), taken => taken is not null);

        var prune = await RunAsync(["prune"]);

        Assert.Equal((ExitCode.Busy, "A backup is under way; it removes old ones when it ends."), (prune.ExitCode, prune.Error.Trim()));
    }

    [Fact]
    public async Task Verify_tells_a_damaged_copy_from_one_that_cannot_be_read()
    {
        (string, string)[] key = [("BACKUP_ENCRYPTION_KEY", ArchiveKeys.Generate(TimeProvider.System))];
        Assert.Equal(ExitCode.Ok, (await RunAsync(["run"], key)).ExitCode);

        var good = await RunAsync(["verify", "all"], key);
        var withoutKey = await RunAsync(["verify", "all"]);
        await BackupsFixture.GarbleAsync(_fixture.FileOf("data-01"));
        var damaged = await RunAsync(["verify", "all"], key);

        Assert.Equal(ExitCode.Ok, good.ExitCode);
        Assert.Matches("│ local +│ ok +│", good.Output);
        Assert.Equal(ExitCode.Failed, withoutKey.ExitCode);
        Assert.Contains("│ unreadable │", withoutKey.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Corrupt, damaged.ExitCode);
        Assert.Matches("│ local +│ corrupt +│ .*data-01", damaged.Output);
    }

    [Fact]
    public async Task A_run_that_is_not_everywhere_ends_with_1_and_says_where_it_is_not()
    {
        var run = await RunAsync(
            ["run", "--json"],
            // What storage cannot be asked for might be encrypted backups
            ("Backups__Encryption__AllowUnencrypted", "true"), ("BACKUP_S3_BUCKET", "nowhere"), ("BACKUP_S3_ENDPOINT", "http://127.0.0.1:1"), ("Backups__S3__Retries", "0"),
            ("BACKUP_S3_ACCESS_KEY_ID", "x"), ("BACKUP_S3_SECRET_ACCESS_KEY", "x"));

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        var backup = Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(run.Output)!);
        Assert.Contains($"Backup {backup.GetProperty("id").GetString()} is not proved everywhere. s3: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["local ok"],
            backup.GetProperty("copies").EnumerateArray().Select(copy => $"{copy.GetProperty("destination")} {copy.GetProperty("status")}"));
    }

    [Fact]
    public async Task A_restore_of_a_damaged_backup_ends_with_4()
    {
        Assert.Equal(ExitCode.Ok, (await RunAsync(["run"])).ExitCode);
        await BackupsFixture.GarbleAsync(_fixture.FileOf("data-01"));
        var target = _fixture.Target();
        var id = Path.GetFileName(_fixture.FileOf("data-01")).Split('.')[0];

        var restore = await RunAsync(["restore", id, "--into", target.Name]);

        Assert.Equal((ExitCode.Corrupt, ""), (restore.ExitCode, restore.Output));
        Assert.EndsWith($" The new database '{target.Name}' was dropped again.", restore.Error.Trim(), StringComparison.Ordinal);
        Assert.False(await _fixture.ExistsAsync(target.Name));
    }

    [Fact]
    public async Task A_restore_that_lacks_rows_ends_with_7_and_shows_them()
    {
        Assert.Equal(ExitCode.Ok, (await RunAsync(["run"])).ExitCode);
        var target = _fixture.Target();
        var tools = FakeTools.Create(
            _fixture.Root, "pg_restore", "case \"$*\" in *--section=*) exec \"$real\" \"$@\" ;; *) exec cat > /dev/null ;; esac");

        var restore = await RunAsync(["restore", "latest", "--into", target.Name], ("POSTGRES_BIN", tools));

        Assert.Equal(ExitCode.RowsDiffer, restore.ExitCode);
        Assert.Matches("│ public\\.t +│ 100 +│ 0 +│ DIFFERENT │", restore.Output);
        Assert.Contains("Row counts differ from the backup's.", restore.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_in_the_environment_alone_is_enough()
    {
        Assert.Equal(ExitCode.Ok, (await RunAsync(["run"])).ExitCode);
        var role = $"restorer_{Guid.NewGuid().ToString("N")[..8]}";
        await _fixture.ExecuteAsync($"CREATE ROLE {role} LOGIN CREATEDB PASSWORD 'restorer'");
        var connection = new NpgsqlConnectionStringBuilder(_fixture.Database.ConnectionString) { Username = role, Password = null }.ConnectionString;
        await using (var target = _fixture.Target())
        {
            var restore = await RunAsync(
                ["restore", "latest", "--into", target.Name], ("ConnectionStrings__prodready", connection), ("PGPASSWORD", "restorer"));

            Assert.True(restore.ExitCode == ExitCode.Ok, restore.Error);
        }

        await _fixture.ExecuteAsync($"DROP ROLE {role}");
    }

    [Fact]
    public async Task A_restore_that_may_not_rename_ends_with_8_and_keeps_both_databases()
    {
        Assert.Equal(ExitCode.Ok, (await RunAsync(["run"])).ExitCode);
        var role = $"restorer_{Guid.NewGuid().ToString("N")[..8]}";
        await _fixture.ExecuteAsync($"CREATE ROLE {role} LOGIN CREATEDB PASSWORD 'restorer'");
        var connection = new NpgsqlConnectionStringBuilder(_fixture.Database.ConnectionString) { Username = role, Password = "restorer" }.ConnectionString;
        await using (var target = _fixture.Target())
        {
            var restore = await RunAsync(["restore", "latest", "--into", target.Name, "--swap"], ("ConnectionStrings__prodready", connection));

            Assert.True(restore.ExitCode == ExitCode.NotSwapped, restore.Error);
            Assert.Contains($"but to name it '{_fixture.Database.Name}' failed. Nothing was renamed. ", restore.Error, StringComparison.Ordinal);
            Assert.Equal(100, await BackupsFixture.ScalarAsync<long>(target.ConnectionString, "SELECT count(*) FROM t"));
            Assert.Equal(100, await BackupsFixture.ScalarAsync<long>(_fixture.Database.ConnectionString, "SELECT count(*) FROM t"));
        }

        await _fixture.ExecuteAsync($"DROP ROLE {role}");
    }

    [Fact]
    public async Task Keys_are_made_without_any_setting_and_work()
    {
        var one = await CliProcess.RunAsync(_fixture.Root, ["keygen"]);
        var two = await CliProcess.RunAsync(_fixture.Root, ["keygen"]);

        Assert.Equal((ExitCode.Ok, ""), (one.ExitCode, one.Error));
        Assert.Matches("^[0-9]{4}-[0-9]{2}:[A-Za-z0-9+/]{43}=\n$", one.Output);
        Assert.NotEqual(one.Output, two.Output);
        Assert.Equal(ExitCode.Ok, (await RunAsync(["run"], ("BACKUP_ENCRYPTION_KEY", one.Output.Trim()))).ExitCode);
        Assert.Single(_fixture.Files, file => file.EndsWith(".data-01.dump.zst.enc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_comes_as_json_to_a_script_that_asks_for_it()
    {
        var made = await CliProcess.RunAsync(_fixture.Root, ["keygen", "--json"]);

        Assert.Equal((ExitCode.Ok, ""), (made.ExitCode, made.Error));
        var property = Assert.Single(JsonSerializer.Deserialize<JsonElement>(made.Output).EnumerateObject());
        Assert.Equal("key", property.Name);
        Assert.Matches("^[0-9]{4}-[0-9]{2}:[A-Za-z0-9+/]{43}=$", property.Value.GetString());
    }

    private static IEnumerable<string> ReasonsOf(CliProcess prune) =>
        JsonSerializer.Deserialize<JsonElement[]>(prune.Output)!.Select(one => one.GetProperty("reason").GetString()!.Split(": ")[0]);

    private Task<CliProcess> RunAsync(string[] arguments, params (string Name, string Value)[] settings)
    {
        var environment = _fixture.CliSettings;
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return CliProcess.RunAsync(_fixture.Root, arguments, environment);
    }
}
