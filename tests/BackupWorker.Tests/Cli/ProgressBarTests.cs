using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Tests.PointInTime;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>What people see on a terminal, a real one: <c>script</c> of util-linux makes it.</summary>
public sealed class ProgressBarTests(DataStores stores)
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";

    [Fact]
    public async Task Bars_show_what_runs_and_restores_do_and_are_gone_at_the_end()
    {
        Assert.SkipWhen(Programs.Find("script") is null, "There is no program 'script' (util-linux) to make a terminal");
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n");
        var target = fixture.Target();

        // Slow enough that a bar is drawn more than once
        var run = await OnTerminalAsync(fixture, FakeTools.Create(fixture.Root, "pg_dump", "sleep 1; exec \"$real\" \"$@\""), "run");
        var restore = await OnTerminalAsync(
            fixture, FakeTools.Create(fixture.Root, "pg_restore", "sleep 0.5; exec \"$real\" \"$@\""), $"restore latest --into {target.Name}");

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (run.ExitCode, restore.ExitCode));
        AssertBar(run.Output, $"{fixture.Database.Name}: (dumping|verifying)");
        AssertBar(restore.Output, "Restore");
        Assert.Contains("Counting the rows of every table", restore.Output, StringComparison.Ordinal);
        Assert.Contains($"is restored into '{target.Name}': all row counts are equal.", restore.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bars_show_base_backups_and_what_is_unpacked_and_fetched_of_them()
    {
        Assert.SkipWhen(Programs.Find("script") is null, "There is no program 'script' (util-linux) to make a terminal");
        await using var rig = await PointInTimeRig.StartAsync();
        var directory = Path.GetDirectoryName(rig.Backups)!;

        var made = await CliProcess.RunOnTerminalAsync(directory, "base", rig.StorageAndServer);
        await rig.LoseServerAsync();
        var restored = await CliProcess.RunOnTerminalAsync(directory, $"restore --at latest --data-directory {rig.Server.DataDirectory}", rig.Storage);

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (made.ExitCode, restored.ExitCode));
        AssertBar(made.Output, "Base backup");
        AssertBar(restored.Output, "Restore");
        Assert.Contains("Waiting for the write-ahead log", made.Output, StringComparison.Ordinal);
        Assert.Contains("Recovering with", restored.Output, StringComparison.Ordinal);
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(
            Directory.GetFiles(rig.Backups, "*.base.json").Single(), TestContext.Current.CancellationToken));
        var all = Megabytes(manifest.RootElement.GetProperty("manifest").GetProperty("archive").GetProperty("contentSize").GetInt64());
        Assert.Matches($"{all}/{all} Mi?B", Plain(made.Output));
        Assert.Matches($"{all}/{all} Mi?B", Plain(restored.Output));
        // The log: whole segments of 16 MiB
        Assert.Matches(@"\b((16|32|48|64|80|96|112|128)\.0)/\1 Mi?B", Plain(restored.Output));
    }

    [Fact]
    public async Task Elsewhere_there_are_lines_alone()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var target = fixture.Target();

        var run = await CliProcess.RunAsync(fixture.Root, ["run"], fixture.CliSettings);
        var restore = await CliProcess.RunAsync(fixture.Root, ["restore", "latest", "--into", target.Name], fixture.CliSettings);

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (run.ExitCode, restore.ExitCode));
        Assert.DoesNotContain('\e', run.Output + run.Error + restore.Output + restore.Error);
        Assert.Contains("Counting the rows of every table\n", restore.Error, StringComparison.Ordinal);
    }

    private static string Plain(string output) => Regex.Replace(output, "\e\\[[0-9;?]*[A-Za-z]", "");

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("F1", CultureInfo.InvariantCulture);

    private static void AssertBar(string output, string title)
    {
        Assert.Matches($"{title}.*━", output);
        Assert.Contains("%", output, StringComparison.Ordinal);
        Assert.Contains(HideCursor, output, StringComparison.Ordinal);
        Assert.Contains(ShowCursor, output, StringComparison.Ordinal);
        // What is printed after the bars is not mixed with them
        Assert.DoesNotContain("━", output[output.LastIndexOf(ShowCursor, StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private static Task<CliProcess> OnTerminalAsync(BackupsFixture fixture, string tools, string command) =>
        CliProcess.RunOnTerminalAsync(fixture.Root, command, new(fixture.CliSettings) { ["POSTGRES_BIN"] = tools });
}
