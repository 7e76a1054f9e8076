using System.Text.Json;
using ProdReady.BackupWorker.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>A check that has not looked at everything says so, by the executable itself.</summary>
public sealed class UnlookedAtTests(DataStores stores) : IAsyncLifetime
{
    /// <summary>A bucket whose service is away.</summary>
    private static readonly (string Name, string Value)[] AwayBucket =
    [
        ("BACKUP_S3_BUCKET", "nowhere"), ("BACKUP_S3_ENDPOINT", "http://127.0.0.1:1"), ("Backups__S3__Retries", "0"),
        ("BACKUP_S3_ACCESS_KEY_ID", "x"), ("BACKUP_S3_SECRET_ACCESS_KEY", "x"),
    ];

    private BackupsFixture _fixture = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(_fixture.Root);
        var run = await RunAsync("run");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("all")]
    [InlineData("latest")]
    [InlineData(null)]
    public async Task Verify_ends_with_1_where_a_destination_cannot_be_read(string? which)
    {
        var verify = await RunAsync(AwayBucket, "verify", which ?? Id());

        Assert.Equal(ExitCode.Failed, verify.ExitCode);
        Assert.Matches("│ local +│ ok +│", verify.Output);
        Assert.Contains("s3 was not looked at: ", verify.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "--status", "failed")]
    [InlineData("prune")]
    [InlineData("prune", "--dry-run")]
    public async Task What_lists_or_removes_ends_with_1_where_a_destination_cannot_be_read(params string[] command)
    {
        var ended = await RunAsync(AwayBucket, command);

        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains(command.Contains("failed") ? "no such backups in what can be read of" : Id(), ended.Output, StringComparison.Ordinal);
        Assert.Contains("s3 was not looked at: ", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all")]
    [InlineData(null)]
    public async Task Verify_ends_with_4_where_a_manifest_was_changed(string? which)
    {
        var (id, manifest) = await GarbleManifestAsync();

        var verify = await RunAsync("verify", which ?? id, "--json");

        Assert.Equal(ExitCode.Corrupt, verify.ExitCode);
        var copy = Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(verify.Output)!);
        Assert.Equal(
            (id, _fixture.Database.Name, "local", "corrupt"),
            (Text(copy, "id"), Text(copy, "database"), Text(copy, "destination"), Text(copy, "status")));
        Assert.Contains(manifest, Text(copy, "error"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify", "nobody00")]
    [InlineData("verify", "latest", "--database", "nobody")]
    [InlineData("show", "nobody00")]
    [InlineData("restore", "nobody00", "--into", "x")]
    [InlineData("restore", "latest", "--database", "nobody", "--into", "x")]
    public async Task What_may_be_where_nothing_can_be_read_is_not_called_missing(params string[] command)
    {
        var there = await RunAsync(command);
        var away = await RunAsync(AwayBucket, command);

        Assert.Equal((ExitCode.NotFound, ExitCode.Failed), (there.ExitCode, away.ExitCode));
        Assert.DoesNotContain("what can be read of", there.Error, StringComparison.Ordinal);
        Assert.Contains("s3 was not looked at: ", away.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify", "latest")]
    [InlineData("restore", "latest", "--into", "x")]
    [InlineData("restore", "before:2100-01-01", "--into", "x")]
    [InlineData("restore", null, "--into", "x")]
    public async Task A_backup_whose_manifest_is_damaged_is_damaged_and_not_missing(params string?[] command)
    {
        var (id, manifest) = await GarbleManifestAsync();
        string[] arguments = [.. command.Select(argument => argument ?? id)];

        var ended = await RunAsync(arguments);
        var away = await RunAsync(AwayBucket, arguments);

        Assert.Equal(ExitCode.Corrupt, ended.ExitCode);
        Assert.Contains(manifest, ended.Output + ended.Error, StringComparison.Ordinal);
        // A good copy may be there
        Assert.Equal(command[0] == "restore" ? ExitCode.Failed : ExitCode.Corrupt, away.ExitCode);
        Assert.Contains("s3 was not looked at: ", away.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_whose_manifest_is_damaged_is_listed_and_shown_as_corrupt()
    {
        var (id, manifest) = await GarbleManifestAsync();

        var list = await RunAsync("list", "--json");
        var show = await RunAsync("show", id, "--json");
        var table = await RunAsync("list");

        Assert.Equal((ExitCode.Ok, ExitCode.Ok, ExitCode.Ok), (list.ExitCode, show.ExitCode, table.ExitCode));
        Assert.Contains("local corrupt", table.Output, StringComparison.Ordinal);
        foreach (var backup in new[] { Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(list.Output)!), JsonSerializer.Deserialize<JsonElement>(show.Output) })
        {
            Assert.Equal(
                (id, _fixture.Database.Name, "corrupt", StartOf(manifest)),
                (Text(backup, "id"), Text(backup, "database"), Text(backup, "status"), backup.GetProperty("startedAt").GetDateTimeOffset()));
            Assert.Contains(manifest, Text(backup, "error"), StringComparison.Ordinal);
            var copy = Assert.Single(backup.GetProperty("copies").EnumerateArray());
            Assert.Equal(("local", "corrupt"), (Text(copy, "destination"), Text(copy, "status")));
        }
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("before:2100-01-01")]
    public async Task Restore_warns_that_a_newer_one_may_be_where_nothing_can_be_read(string which)
    {
        await using var target = _fixture.Target();

        var restore = await RunAsync(AwayBucket, "restore", which, "--into", target.Name);

        Assert.Equal(ExitCode.Ok, restore.ExitCode);
        Assert.Contains("It may have a newer backup than", restore.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_from_before_a_time_warns_of_a_damaged_one_from_before_it_alone()
    {
        var older = Id();
        Assert.Equal(ExitCode.Ok, (await RunAsync("run")).ExitCode);
        var newer = Assert.Single(_fixture.Files, file => file.EndsWith(".json", StringComparison.Ordinal)
            && !file.EndsWith(".check.json", StringComparison.Ordinal) && !file.EndsWith($"{older}.json", StringComparison.Ordinal));
        await BackupsFixture.GarbleAsync(Path.Combine(_fixture.Directory, newer));
        await using var one = _fixture.Target();
        await using var other = _fixture.Target();

        var before = await RunAsync("restore", "before:2100-01-01", "--into", one.Name);
        var between = await RunAsync("restore", $"before:{StartOf(newer):O}", "--into", other.Name);

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (before.ExitCode, between.ExitCode));
        Assert.Contains($"has a newer backup, {newer[..^".json".Length]}, which is damaged", before.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("has a newer backup", between.Error, StringComparison.Ordinal);
    }

    private static DateTimeOffset StartOf(string manifest) =>
        ProdReady.BackupWorker.Storage.BackupName.TryParse(manifest[..^".json".Length], out var name)
            ? name.StartedAt
            : throw new ArgumentException(manifest, nameof(manifest));

    private static string Text(JsonElement copy, string name) => copy.GetProperty(name).GetString()!;

    private string Id() => Path.GetFileName(_fixture.FileOf("data-01")).Split('.')[0].Split('-')[^1];

    private async Task<(string Id, string Manifest)> GarbleManifestAsync()
    {
        var id = Id();
        var manifest = Assert.Single(_fixture.Files, file => file.EndsWith($"{id}.json", StringComparison.Ordinal));
        await BackupsFixture.GarbleAsync(Path.Combine(_fixture.Directory, manifest));
        return (id, manifest);
    }

    private Task<CliProcess> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private Task<CliProcess> RunAsync((string Name, string Value)[] settings, params string[] arguments)
    {
        var environment = _fixture.CliSettings;
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return CliProcess.RunAsync(_fixture.Root, arguments, environment);
    }
}
