using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Scheduling;

public sealed class OccurrenceRunnerTests(DataStores stores)
{
    private static readonly DateTimeOffset Two = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_dead_process_left_of_an_occurrence_is_done_by_another()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var services = fixture.Start().Services;
        var done = new List<string>();
        using (var dead = new CancellationTokenSource())
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(async part =>
            {
                if (part == "b")
                {
                    await dead.CancelAsync();
                }

                dead.Token.ThrowIfCancellationRequested();
                done.Add(part);
                return true;
            }));
        }

        await using (await RunLock.TryTakeAsync(services.GetRequiredService<BackupSources>().Home, RunLock.Drills, Cancelled))
        {
            Assert.Equal(ScheduledOutcome.Busy, await RunAsync(Do));
        }

        Assert.Equal(["a"], done);
        Assert.Equal(ScheduledOutcome.Failed, await RunAsync(part => Task.FromResult(part == "c" && Add(part))));
        Assert.Equal(ScheduledOutcome.Done, await RunAsync(Do));
        Assert.Equal(ScheduledOutcome.NotOurs, await RunAsync(Do));
        Assert.Equal(["a", "c", "b"], done);

        Task<bool> Do(string part) => Task.FromResult(Add(part));

        bool Add(string part)
        {
            done.Add(part);
            return true;
        }

        Task<ScheduledOutcome> RunAsync(Func<string, Task<bool>> work) => services.GetRequiredService<OccurrenceRunner>().RunAsync(
            services.GetServices<IScheduledJob>().Single(job => job.Name == "drill"),
            "0 3 * * *", RunLock.Drills, Two, ["a", "b", "c"], (part, _, _) => work(part), Cancelled);
    }

    [Fact]
    public async Task A_part_that_takes_too_long_keeps_no_other_from_its_turn_and_has_no_second_one()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new FakeTimeProvider(Two);
        var services = fixture.Start(
            replaced => replaced.AddSingleton<TimeProvider>(time), settings: ("Backups:Schedule:MaxDuration", "00:01:00")).Services;
        var (done, tried, isGood) = (new List<string>(), new List<string>(), false);

        Assert.Equal(ScheduledOutcome.Failed, await RunAsync(Two));
        Assert.Equal(["slow", "bad", "good"], tried);
        Assert.Equal(["good"], done);

        // Only what failed otherwise is worth another try
        isGood = true;
        Assert.Equal(ScheduledOutcome.TookTooLong, await RunAsync(Two));
        Assert.Equal(["good", "bad"], done);
        Assert.Equal(["slow", "bad", "good", "bad"], tried);
        Assert.Equal(ScheduledOutcome.TookTooLong, await RunAsync(Two));
        Assert.Equal(4, tried.Count);

        Assert.Equal(ScheduledOutcome.TookTooLong, await RunAsync(Two.AddDays(7)));
        Assert.Equal(["slow", "bad", "good"], tried.Skip(4));

        Task<ScheduledOutcome> RunAsync(DateTimeOffset occurrence) => services.GetRequiredService<OccurrenceRunner>().RunAsync(
            services.GetServices<IScheduledJob>().Single(job => job.Name == "drill"),
            "0 3 * * *",
            RunLock.Drills,
            occurrence,
            ["slow", "bad", "good"],
            async (part, _, deadline) =>
            {
                tried.Add(part);
                if (part == "slow")
                {
                    time.Advance(TimeSpan.FromMinutes(1));
                    await Task.Delay(Timeout.InfiniteTimeSpan, deadline.Token);
                }

                var isDone = part == "good" || isGood;
                done.AddRange(isDone ? [part] : []);
                return isDone;
            },
            Cancelled);
    }
}
