using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Scheduling;

public sealed class ScheduleWorkerTests
{
    private readonly FakeTimeProvider _time = new(ScheduleRig.At("2026-11-28T01:59:00"));

    [Fact]
    public async Task Worker_runs_every_job_beside_the_others()
    {
        var off = new ScheduledJobFake(null, _time);
        var stuck = Job();
        stuck.Work = async cancellationToken =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return ScheduledOutcome.Done;
        };
        var good = Job();
        using var host = Host(off, stuck, good);
        await host.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.ReadAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                lock (good.Runs)
                {
                    return Task.FromResult(good.Runs.Count);
                }
            },
            count => count >= 3);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Empty(off.Runs);
        Assert.NotEmpty(stuck.Runs);
    }

    [Fact]
    public async Task Wrong_schedule_stops_the_start()
    {
        using var host = Host(("Backups:Schedule:Cron", "at two"));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            "BACKUP_SCHEDULE (Backups:Schedule:Cron) is 'at two', which is no cron expression of five fields. Example: 0 2 * * *, or off for none",
            failure.Message);
    }

    private ScheduledJobFake Job() => new(new ScheduleOptions { Cron = "*/10 * * * *" }.Backups, _time)
    {
        Last = ScheduleRig.At("2026-11-28T01:50:00"),
    };

    private IHost Host(params IScheduledJob[] jobs) => Host(jobs, []);

    private IHost Host(params (string Key, string Value)[] settings) => Host([], settings);

    private IHost Host(IScheduledJob[] jobs, (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddSingleton<TimeProvider>(_time);
        foreach (var job in jobs)
        {
            builder.Services.AddSingleton(job);
        }

        builder.AddSchedule();
        return builder.Build();
    }
}
