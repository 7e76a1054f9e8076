using System.Text.Json;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>The process is killed at random moments of a run: what is visible is good, and the next run removes the rest.</summary>
public sealed class KillTests(DataStores stores, ITestOutputHelper output)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task Four_kills_leave_no_bad_backup() => SurviveAsync(4);

    [Fact]
    public async Task A_hundred_kills_leave_no_bad_backup()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes minutes; run it with --long");
        await SurviveAsync(100);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_run_that_is_told_to_end_leaves_a_sentence_and_no_file(Signal signal)
    {
        Assert.SkipWhen(signal == Signal.Interrupt && IgnoredSignals.HasInterrupt, IgnoredSignals.Reason);
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Root);
        var tools = FakeTools.Create(fixture.Root, "pg_dump", "\"$real\" \"$@\" | head -c 2000; exec sleep 60");
        using var run = CliProcess.Start(fixture.Root, ["run"], new(fixture.CliSettings) { ["POSTGRES_BIN"] = tools });
        var error = run.StandardError.ReadToEndAsync(Cancelled);
        await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => files.Any());

        Signals.Send(run.Id, signal);
        await run.WaitForExitAsync(Cancelled);

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("failed: Stopped before it was complete, because the process was told to end.", await error, StringComparison.Ordinal);
        Assert.Empty(fixture.Files);
        Assert.Equal(
            "failed Stopped before it was complete, because the process was told to end.",
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT status || ' ' || error FROM backups.runs"));
    }

    private async Task SurviveAsync(int kills)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        Directory.CreateDirectory(fixture.Root);
        var key = ArchiveKeys.Generate(TimeProvider.System);
        var app = fixture.Start(settings: [("Backups:Encryption:Keys", key)]);
        var environment = new Dictionary<string, string>(fixture.CliSettings) { ["BACKUP_ENCRYPTION_KEY"] = key };
        var seed = Random.Shared.Next();
        output.WriteLine($"The seed is {seed}");
        var random = new Random(seed);
        var (finished, leftovers) = (0, 0);
        // Each is read when it appears, and all of them once more at the end
        var read = new HashSet<BackupName>();
        // How long a run takes on this machine, from its first file on: a kill comes at any moment of it
        var whole = await TimeAsync(fixture, environment);
        for (var kill = 0; kill < kills; kill++)
        {
            using var run = CliProcess.Start(fixture.Root, ["run"], environment);
            var before = fixture.Files.ToHashSet();
            await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => run.HasExited || files.Except(before).Any());
            await Task.Delay(whole * random.NextDouble(), Cancelled);
            // The process alone: its pg_dumps must end by themselves
            Signals.Send(run.Id, Signal.Kill);
            await run.WaitForExitAsync(Cancelled);
            finished += run.ExitCode == 0 ? 1 : 0;
            leftovers += VisibleBackups.Leftovers(fixture.Directory).Any() ? 1 : 0;
            await VisibleBackups.AssertGoodAsync(app, fixture.Directory, read);
        }

        output.WriteLine($"{kills} kills within {whole.TotalMilliseconds:F0} ms: {leftovers} left files behind, {finished} came too late");
        await RunAsync(fixture, environment);
        Assert.Empty(VisibleBackups.Leftovers(fixture.Directory));
        var visible = await VisibleBackups.AssertGoodAsync(app, fixture.Directory);
        Assert.Equal(
            $"{visible} 0",
            await BackupsFixture.ScalarAsync<string>(
                fixture.Database.ConnectionString,
                "SELECT count(*) FILTER (WHERE status = 'ok') || ' ' || count(*) FILTER (WHERE status NOT IN ('ok', 'failed')) FROM backups.runs"));
    }

    private static async Task<TimeSpan> TimeAsync(BackupsFixture fixture, Dictionary<string, string> environment)
    {
        using var run = CliProcess.Start(fixture.Root, ["run"], environment);
        await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => files.Any());
        var started = TimeProvider.System.GetTimestamp();
        await run.WaitForExitAsync(Cancelled);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        return TimeProvider.System.GetElapsedTime(started);
    }

    private static Task<CliProcess> RunAsync(BackupsFixture fixture, Dictionary<string, string> environment) =>
        // The server may notice the lost connection a moment later
        Eventually.ReadAsync(
            () => CliProcess.RunAsync(fixture.Root, ["run", "--json"], environment),
            run =>
            {
                Assert.True(run.ExitCode is ExitCode.Ok or ExitCode.Busy, run.Error);
                return run.ExitCode == ExitCode.Ok && JsonSerializer.Deserialize<JsonElement[]>(run.Output)!.Length == 1;
            });
}
