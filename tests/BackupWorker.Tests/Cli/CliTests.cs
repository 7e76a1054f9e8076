using System.Text.Json;
using ProdReady.BackupWorker.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Cli;

public sealed class CliTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_checkout_with_a_running_stack_no_setting_is_needed()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var folder = await CheckoutAsync(fixture);
        var target = fixture.Target();

        var run = await CliProcess.RunAsync(folder, ["run", "--json"]);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, Unexpected(run.Error)));
        var backup = Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(run.Output)!);
        var id = backup.GetProperty("id").GetString()!;

        var list = await CliProcess.RunAsync(folder, ["list", "--json"]);
        var listed = Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(list.Output)!);
        Assert.Equal(backup.GetProperty("size").GetInt64(), listed.GetProperty("size").GetInt64());
        Assert.Equal(("command", "command"), (backup.GetProperty("trigger").GetString(), listed.GetProperty("trigger").GetString()));
        Assert.Matches($"{id} .*Z +│ command +│", (await CliProcess.RunAsync(folder, ["list"])).Output);

        var show = await CliProcess.RunAsync(folder, ["show", id]);
        Assert.Contains("public.customers", show.Output, StringComparison.Ordinal);
        Assert.Contains("1,000", show.Output, StringComparison.Ordinal);
        Assert.Matches("│ Started by +│ command +│", show.Output);

        var restore = await CliProcess.RunAsync(folder, ["restore", id, "--into", target.Name]);
        Assert.Equal(ExitCode.Ok, restore.ExitCode);
        Assert.Matches("public\\.customers +│ 1,000 +│ 1,000 +│ equal", restore.Output);
        Assert.DoesNotMatch("│ 0 +│ 0 +│ equal", restore.Output);
        Assert.Matches("Empty in both: [0-9]+ more\\.", restore.Output);
        Assert.EndsWith(
            $"OK. Backup {id} is restored into '{target.Name}': all row counts are equal.{Environment.NewLine}",
            restore.Output, StringComparison.Ordinal);
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, SampleDatabase.FingerprintSql),
            await BackupsFixture.ScalarAsync<string>(target.ConnectionString, SampleDatabase.FingerprintSql));

        var again = await CliProcess.RunAsync(folder, ["restore", "latest", "--into", target.Name]);
        Assert.Equal((ExitCode.TargetExists, ""), (again.ExitCode, again.Output));
        Assert.Equal(
            $"The database '{target.Name}' exists and was not touched: a restore always creates a new one. Name another.",
            again.Error.Trim());
        Assert.False(System.IO.Directory.Exists(Path.Combine(folder, "backups")));
    }

    [Fact]
    public async Task A_restore_can_be_read_by_programs()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS n");
        var folder = await CheckoutAsync(fixture);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        var target = fixture.Target();

        var restore = await CliProcess.RunAsync(folder, ["restore", "latest", "--into", target.Name, "--json"]);

        Assert.Equal(ExitCode.Ok, restore.ExitCode);
        var result = JsonSerializer.Deserialize<JsonElement>(restore.Output);
        Assert.Equal("restored", result.GetProperty("verdict").GetString());
        Assert.Equal(id, result.GetProperty("id").GetString());
        var table = result.GetProperty("tables").EnumerateArray().Single(table => table.GetProperty("name").GetString() == "public.t");
        Assert.Equal((1, 1), (table.GetProperty("expected").GetInt64(), table.GetProperty("restored").GetInt64()));
    }

    [Fact]
    public async Task Without_a_stack_or_settings_it_says_what_to_set()
    {
        var folder = Directory.CreateTempSubdirectory("prodready-cli-").FullName;

        var run = await CliProcess.RunAsync(folder, ["run"]);
        var list = await CliProcess.RunAsync(folder, ["list"]);

        Assert.Equal(ExitCode.Configuration, run.ExitCode);
        Assert.Equal(
            "No database is configured: set DATABASE_URL (postgres://user:password@host:5432/database), "
            + "or run this in a checkout where ./prodready up is running.",
            run.Error.Trim());
        Assert.Equal((ExitCode.Ok, $"There are no backups in {folder}/backups."), (list.ExitCode, list.Output.Trim()));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "Option '--into' is required.", "restore", "latest")]
    [InlineData(ExitCode.Usage, "Unrecognized command or argument 'lsit'.", "lsit")]
    [InlineData(ExitCode.NotFound, "There is no backup and no run 'nothing1'.", "show", "nothing1")]
    [InlineData(ExitCode.NotFound, "There is no backup 'nothing1' in ", "restore", "nothing1", "--into", "x")]
    [InlineData(ExitCode.NotFound, "There is no backup in ", "restore", "latest", "--into", "x")]
    public async Task Exit_codes_tell_what_went_wrong(int exitCode, string message, params string[] arguments)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var folder = await CheckoutAsync(fixture);

        var result = await CliProcess.RunAsync(folder, arguments);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_whose_backups_are_in_a_bucket_alone_is_not_taken_for_one_with_a_folder()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var folder = await CheckoutAsync(fixture, hasFolder: false);

        var list = await CliProcess.RunAsync(folder, ["list"]);

        Assert.Equal(ExitCode.Configuration, list.ExitCode);
        Assert.StartsWith(
            "BACKUP_DIR (Backups:Directory) is none and BACKUP_S3_BUCKET (Backups:S3:Bucket) is empty", list.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_down_is_named_as_the_cause()
    {
        var folder = Directory.CreateTempSubdirectory("prodready-cli-").FullName;
        var environment = new Dictionary<string, string> { ["DATABASE_URL"] = "postgres://me:secret-password@127.0.0.1:1/db" };

        var list = await CliProcess.RunAsync(folder, ["list"], environment);

        Assert.Equal(ExitCode.Ok, list.ExitCode);
        Assert.Contains("listing stored backups alone", list.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-password", list.Error + list.Output, StringComparison.Ordinal);
        Directory.Delete(folder);
    }

    [Fact]
    public async Task A_secret_file_that_is_missing_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("prodready-cli-").FullName;

        var list = await CliProcess.RunAsync(folder, ["list"], new() { ["DATABASE_URL_FILE"] = "/nowhere" });

        Assert.Equal(ExitCode.Configuration, list.ExitCode);
        Assert.StartsWith("DATABASE_URL_FILE is '/nowhere', which cannot be read: ", list.Error, StringComparison.Ordinal);
        Directory.Delete(folder);
    }

    [Fact]
    public async Task A_killed_run_leaves_no_backup_and_the_next_one_cleans_up()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var folder = await CheckoutAsync(fixture);
        var tools = FakeTools.CreateGated(fixture.Root, Path.Combine(fixture.Root, "never"));
        using (var killed = CliProcess.Start(folder, ["run"], new() { ["POSTGRES_BIN"] = tools }))
        {
            await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => files.Any());
            killed.Kill(entireProcessTree: true);
            await killed.WaitForExitAsync(Cancelled);
        }

        Assert.All(fixture.Files, file => Assert.EndsWith(".partial", file, StringComparison.Ordinal));
        // The server may notice the lost connection a moment later
        var next = await Eventually.ReadAsync(
            () => CliProcess.RunAsync(folder, ["run", "--json"]), next => next.ExitCode != ExitCode.Busy);

        Assert.Equal(ExitCode.Ok, next.ExitCode);
        Assert.Equal(5, fixture.Files.Count());
        var list = JsonSerializer.Deserialize<JsonElement[]>((await CliProcess.RunAsync(folder, ["list", "--json"])).Output)!;
        Assert.Equal(["failed", "ok"], list.Select(run => run.GetProperty("status").GetString()).Order());
    }

    [Fact]
    public async Task A_wrong_folder_stops_the_service_with_one_message()
    {
        var folder = Directory.CreateTempSubdirectory("prodready-cli-").FullName;

        var service = await CliProcess.RunAsync(folder, ["--urls", "http://127.0.0.1:0"], new()
        {
            ["DATABASE_URL"] = "postgres://me@127.0.0.1:1/db",
            ["BACKUP_DIR"] = "/dev/null/backups",
        });

        Assert.Equal(ExitCode.Configuration, service.ExitCode);
        Assert.Contains(
            "  - BACKUP_DIR (Backups:Directory) is '/dev/null/backups', which cannot be created or written to (",
            service.Error, StringComparison.Ordinal);
        Directory.Delete(folder);
    }

    /// <summary>A folder below one with a running stack's <c>stack.json</c>.</summary>
    private static async Task<string> CheckoutAsync(BackupsFixture fixture, bool hasFolder = true)
    {
        var state = Directory.CreateDirectory(Path.Combine(fixture.Root, ".prodready")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(state, "stack.json"),
            JsonSerializer.Serialize(new
            {
                connectionStrings = new { prodready = fixture.Database.ConnectionString },
                backups = new { url = "http://localhost:1", directory = hasFolder ? fixture.Directory : null },
            }),
            Cancelled);
        return Directory.CreateDirectory(Path.Combine(fixture.Root, "somewhere", "below")).FullName;
    }

    private static string Unexpected(string error) => string.Join('\n', error.Split('\n').Where(line =>
        line.Length > 0 && !line.Contains("migrated by", StringComparison.Ordinal) && !line.StartsWith("Backing up", StringComparison.Ordinal)));
}
