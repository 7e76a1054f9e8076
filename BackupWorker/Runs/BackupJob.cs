using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Runs;

/// <summary>The backups of the schedule.</summary>
internal sealed class BackupJob(
    IOptions<ScheduleOptions> options,
    BackupSources sources,
    OccurrenceStore occurrences,
    RunStarter starter,
    BackupRunner runner,
    UnrecordedRuns unrecorded,
    ScheduleMonitors monitors,
    TimeProvider time) : IScheduledJob
{
    /// <summary>The clean-up, and what follows a run, have the longest time as each database does.</summary>
    private const int OtherParts = 4;

    private readonly SlowParts _slow = new();

    public string Name => "backup";

    public CronSchedule? Schedule => options.Value.Backups;

    public async Task<DateTimeOffset?> LastOccurrenceAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await occurrences.LastAsync(Name, cancellationToken);
        }
        catch (NpgsqlException exception) when (Schedule?.LastAt(time.GetUtcNow()) is { } due)
        {
            unrecorded.Add(due, exception);
            throw;
        }
    }

    public async Task<ScheduledOutcome> RunAsync(DateTimeOffset occurrence, CancellationToken cancellationToken)
    {
        StartOutcome outcome;
        IReadOnlyList<string> slow = [];
        var takenAt = time.GetUtcNow();
        try
        {
            outcome = await starter.TryStartAsync(
                RunTrigger.Schedule,
                async token =>
                {
                    var left = await LeftAsync(occurrence, takenAt, token);
                    slow = _slow.Among(occurrence, left.Select(source => source.Database));
                    return [.. left.Where(source => !slow.Contains(source.Database))];
                },
                cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            unrecorded.Add(occurrence, exception);
            throw;
        }

        if (outcome is not StartOutcome.Started { Runs: var runs })
        {
            return outcome is StartOutcome.Busy ? ScheduledOutcome.Busy
                : slow.Count > 0 ? ScheduledOutcome.TookTooLong
                : ScheduledOutcome.NotOurs;
        }

        using var checkIn = monitors.Begin(this, options.Value.Cron, sources.All().Count + OtherParts);
        var results = await runner.RunAsync(runs, cancellationToken);
        List<string> failed = [.. slow, .. results.Where(result => result.Error is not null).Select(result => result.Run.Database)];
        // First: the one that took too long may be the one where the end is recorded
        foreach (var result in results.Where(result => result.TookTooLong))
        {
            _slow.Add(occurrence, result.Run.Database);
        }

        await occurrences.EndAsync(Name, occurrence, takenAt, failed, time.GetUtcNow(), CancellationToken.None);
        checkIn.End(failed.Count == 0);
        return _slow.Outcome(occurrence, failed);
    }

    private async Task<IReadOnlyList<DirectConnection>> LeftAsync(
        DateTimeOffset occurrence, DateTimeOffset takenAt, CancellationToken cancellationToken)
    {
        await unrecorded.RecordAsync(cancellationToken);
        var all = sources.All();
        var left = await occurrences.TakeAsync(
            Name, occurrence, [.. all.Select(source => source.Database)], takenAt, cancellationToken);
        return [.. all.Where(source => left.Contains(source.Database))];
    }
}
