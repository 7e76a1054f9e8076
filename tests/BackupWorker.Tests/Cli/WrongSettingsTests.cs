using ProdReady.BackupWorker.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>The command line refuses what the service refuses, by the executable itself.</summary>
public sealed class WrongSettingsTests(DataStores stores)
{
    [Theory]
    [InlineData("run")]
    [InlineData("list")]
    [InlineData("prune", "--dry-run")]
    public async Task Two_databases_of_one_name_are_refused_as_their_backups_would_push_each_other_out(params string[] arguments)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        var cli = await RunAsync(
            fixture,
            arguments,
            ("Backups__Databases__0", "postgres://me:secret@one.example/app"),
            ("Backups__Databases__1", "postgres://me:secret@two.example/app"));

        Assert.Equal((ExitCode.Configuration, ""), (cli.ExitCode, cli.Output));
        Assert.Equal("Backups:Databases names 'app' twice; back one of them up from another instance. Example: orders", cli.Error.Trim());
    }

    [Fact]
    public async Task Several_wrong_settings_are_told_at_once()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        var run = await RunAsync(fixture, ["run"], ("BACKUP_COMPRESSION", "rar"), ("Backups__Retention__KeepVerified", "0"));

        Assert.Equal((ExitCode.Configuration, ""), (run.ExitCode, run.Output));
        Assert.Contains("Backups:Retention:KeepVerified is 0, outside 1 to 1000. Example: 3", run.Error, StringComparison.Ordinal);
        Assert.Contains("BACKUP_COMPRESSION", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_is_no_number_is_named()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        var run = await RunAsync(fixture, ["run"], ("Backups__Jobs", "many"));

        Assert.Equal((ExitCode.Configuration, ""), (run.ExitCode, run.Output));
        Assert.Contains("Backups:Jobs", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Where the disk that is left can only be read, a restore is what is needed.</summary>
    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_no_reason_not_to_look()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var file = Path.Combine(fixture.Root, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var list = await RunAsync(fixture, ["list"], ("BACKUP_DIR", Path.Combine(file, "backups")));

        Assert.NotEqual(ExitCode.Configuration, list.ExitCode);
    }

    [Fact]
    public async Task A_time_that_is_none_is_a_mistake_in_usage()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        var restore = await RunAsync(fixture, ["restore", "before:nonsense", "--into", "new"]);

        Assert.Equal((ExitCode.Usage, ""), (restore.ExitCode, restore.Output));
        Assert.Contains("'before:nonsense' names no time. Example: before:2026-11-28T02:00Z", restore.Error, StringComparison.Ordinal);
    }

    private static Task<CliProcess> RunAsync(BackupsFixture fixture, string[] arguments, params (string Name, string Value)[] settings)
    {
        Directory.CreateDirectory(fixture.Root);
        var environment = fixture.CliSettings;
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return CliProcess.RunAsync(fixture.Root, arguments, environment);
    }
}
