using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace ProdReady.Webhooks.Retention;

/// <summary>
/// Sees to it that there is a partition for every event that can come: before the first request, and every hour for a week
/// ahead. Then drops the days that are over.
/// </summary>
internal sealed partial class RetentionWorker(
    RetentionStore store, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionWorker> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>So long may the database's owner be away, or this job fail, before an event finds no partition.</summary>
    private const int DaysAhead = 7;

    /// <summary>Nothing is dropped or pruned by a clock that is this far from the database's: one wrong replica would take every event.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromDays(2);

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Not for ever: a database that is away now does not keep the service from starting.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var making = MakePartitionsAsync(cancellationToken);
        try
        {
            await making.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            _ = making.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
            Log.Failed(logger, RetryDelay, exception.Message);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>One round: what is missing is made, what is over goes.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await MakePartitionsAsync(cancellationToken);
        var now = time.GetUtcNow();
        var difference = (now - await store.NowAsync(cancellationToken)).Duration();
        if (difference > MaxClockDifference)
        {
            Log.WrongClock(logger, difference);
            return;
        }

        await DropAsync(cancellationToken);
        await store.PruneAsync(
            now.AddDays(-options.Value.EventDays), now.AddDays(-options.Value.QuarantineDays), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var pause = Interval;
            using (SuppressInstrumentationScope.Begin())
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                // Whatever it is: else a failure of this job would end the intake
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    pause = RetryDelay;
                    Log.Failed(logger, pause, exception.Message);
                }
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    /// <summary>Also for as far back as an operator may admit a refused request: that is stored by its own time.</summary>
    private Task MakePartitionsAsync(CancellationToken cancellationToken) =>
        store.MakePartitionsAsync(
            Today.AddDays(-Math.Min(options.Value.QuarantineDays, options.Value.EventDays)), Today.AddDays(DaysAhead), cancellationToken);

    /// <summary>What a long reader keeps from going, such as a backup, has time until the next round: each try stops the intake.</summary>
    private async Task DropAsync(CancellationToken cancellationToken)
    {
        foreach (var day in (await store.DaysAsync(cancellationToken)).Where(day => day < Today.AddDays(-options.Value.EventDays)))
        {
            try
            {
                await DropAsync(day, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                // The lock is that of all days
                Log.Busy(logger, day, Interval);
                return;
            }
        }
    }

    private async Task DropAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (await store.DropAsync(day, cancellationToken) is 0)
        {
            Log.Dropped(logger, day, options.Value.EventDays);
            return;
        }

        var waiting = await store.WaitingAsync(day, cancellationToken);
        foreach (var (destination, pending) in waiting)
        {
            Log.Held(logger, day, pending, destination);
        }

        if (waiting.Count == 0)
        {
            Log.NotHandedOut(logger, day);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Dropped the events of {Day}, which is more than {Days} days ago")]
        public static partial void Dropped(ILogger logger, DateOnly day, int days);

        [LoggerMessage(LogLevel.Warning,
            "The events of {Day} are kept although their time is over: {Pending} of them wait for the destination {Destination}. If it is "
            + "disabled, enable it; if it is no longer in the settings, put it back; or give them up: POST /webhooks/destinations/.../discard")]
        public static partial void Held(ILogger logger, DateOnly day, long pending, string destination);

        [LoggerMessage(LogLevel.Warning,
            "The events of {Day} are kept although their time is over: some are still to be handed out for delivery, which goes on by itself")]
        public static partial void NotHandedOut(ILogger logger, DateOnly day);

        [LoggerMessage(LogLevel.Warning,
            "The events of {Day} could not be dropped although their time is over: somebody reads the tables, such as a backup or a transaction "
            + "that was left open. Tried again in {Delay}")]
        public static partial void Busy(ILogger logger, DateOnly day, TimeSpan delay);

        [LoggerMessage(LogLevel.Error, "Nothing is dropped: the clocks of this machine and of the database differ by {Difference}. Set them right")]
        public static partial void WrongClock(ILogger logger, TimeSpan difference);

        [LoggerMessage(LogLevel.Error, "Partitions could not be made or dropped; tried again in {Delay}: {Reason}")]
        public static partial void Failed(ILogger logger, TimeSpan delay, string reason);
    }
}
