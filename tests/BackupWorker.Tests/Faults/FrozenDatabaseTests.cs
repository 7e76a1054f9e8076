using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>A server that neither answers nor hangs up, as behind a dead disk: every one of its processes stands still.</summary>
public sealed class FrozenDatabaseTests(DataStores stores)
{
    private const string Sentence = "Stopped before it was complete, because it took longer than 00:01:00. See Backups:Schedule:MaxDuration.";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MaxDuration_ends_a_run_of_a_server_that_stands_still()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It finds the server's processes in /proc");
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var server = await PostgresProcess.StartAsync();
        Directory.CreateDirectory(fixture.Root);
        await BackupsFixture.ExecuteAsync(
            server.ConnectionString, "CREATE TABLE big AS SELECT string_agg(md5(n::text), '') AS b FROM generate_series(1, 50) g, generate_series(1, 4000) n GROUP BY g");
        var gate = Path.Combine(fixture.Root, "gate");
        var log = new LogLines();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time).AddSingleton<ILoggerProvider>(log),
            FakeTools.Create(
                fixture.Root, "pg_dump", $"\"$real\" \"$@\" | {{ head -c 1000; while [ ! -e '{gate}' ]; do sleep 0.05; done; exec cat; }}"),
            server.ConnectionString + ";Command Timeout=2;Timeout=3;Cancellation Timeout=500",
            ("Backups:Schedule:MaxDuration", "00:01:00"));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        var job = app.Services.GetServices<IScheduledJob>().OfType<BackupJob>().Single();
        using (app.CreateClient())
        {
        }

        var occurrence = time.GetUtcNow();
        var running = job.RunAsync(occurrence, Cancelled);
        await Eventually.ReadAsync(
            () =>
            {
                // The clean-up at start may have the lock, which is waited for
                time.Advance(TimeSpan.FromMilliseconds(20));
                return Task.FromResult(fixture.Files.ToList());
            },
            files => files.Any(file => file.EndsWith(".partial", StringComparison.Ordinal) && file.Contains(".data-01.", StringComparison.Ordinal))
            && files.Any(file => file.Contains(".globals.", StringComparison.Ordinal) && !file.EndsWith(".partial", StringComparison.Ordinal)));
        var processes = ProcessesOf(await BackupsFixture.ScalarAsync<int>(
            server.ConnectionString, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"));
        Assert.NotEmpty(processes);
        try
        {
            await Freezer.FreezeAsync(processes);
            await File.WriteAllTextAsync(gate, "", Cancelled);
            Assert.False(running.IsCompleted);
            time.Advance(TimeSpan.FromMinutes(1));

            // Its end cannot be recorded either, which must not take for ever
            using (var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancelled))
            {
                var passing = PassAsync(time, ended.Token);
                await Task.WhenAny(running, passing);
                await ended.CancelAsync();
                await passing;
            }

            await Assert.ThrowsAnyAsync<Exception>(() => running);
        }
        finally
        {
            await Freezer.ThawAsync(processes);
        }

        Assert.Contains(log.Of(LogLevel.Error), line => line.Contains($" failed: {Sentence}", StringComparison.Ordinal));
        Assert.Empty(fixture.Files);
        Assert.Equal(ScheduledOutcome.TookTooLong, await job.RunAsync(occurrence, Cancelled));
        Assert.Equal(ScheduledOutcome.Done, await job.RunAsync(occurrence.AddDays(1), Cancelled));
        Assert.Equal(1, await VisibleBackups.AssertGoodAsync(app, fixture.Directory));
        // Its end, which could not be recorded, is found by the next run, and is no second failure
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString).Database;
        Assert.Equal(1, counts[$"runs{{database={database},outcome=failed}}"]);
        Assert.Equal(
            "failed ok", await BackupsFixture.ScalarAsync<string>(server.ConnectionString, "SELECT string_agg(status, ' ' ORDER BY status) FROM backups.runs"));
    }

    /// <summary>Time goes by for what waits on the clock, until the token says that nothing does: the run after it has its own minute.</summary>
    private static async Task PassAsync(FakeTimeProvider time, CancellationToken ended)
    {
        for (var second = 0; second < 2000 && !ended.IsCancellationRequested; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The postmaster and its children.</summary>
    private static List<int> ProcessesOf(int parent) =>
    [
        parent,
        .. Directory.GetDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder => ParentOf(folder) == parent)
            .Select(folder => int.Parse(Path.GetFileName(folder)!, CultureInfo.InvariantCulture)),
    ];

    private static int? ParentOf(string folder)
    {
        try
        {
            // pid (name) state parent ...
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
