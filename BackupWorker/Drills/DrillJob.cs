using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Drills;

/// <summary>The drills of the schedule: the newest backup of every database.</summary>
internal sealed partial class DrillJob(
    IOptions<ScheduleOptions> options,
    BackupSources sources,
    BackupShelves shelves,
    OccurrenceStore occurrences,
    OccurrenceRunner runner,
    DrillHandler drills,
    ILogger<DrillJob> logger) : IScheduledJob
{
    public string Name => "drill";

    public CronSchedule? Schedule => options.Value.Drills;

    public Task<DateTimeOffset?> LastOccurrenceAsync(CancellationToken cancellationToken) => occurrences.LastAsync(Name, cancellationToken);

    public Task<ScheduledOutcome> RunAsync(DateTimeOffset occurrence, CancellationToken cancellationToken) => runner.RunAsync(
        this,
        options.Value.DrillCron,
        // Another lock than the backups': a drill takes long, and a backup does not wait for it
        RunLock.Drills,
        occurrence,
        [.. sources.All().Select(source => source.Database)],
        (database, _, deadline) => DrillAsync(database, deadline),
        cancellationToken);

    private async Task<bool> DrillAsync(string database, Deadline deadline)
    {
        var listing = await shelves.LookAsync(deadline.Token);
        if (listing.NotRead.Count == 0
            && !listing.Copies.Select(copy => copy.Name).Concat(listing.Unusable.Select(manifest => manifest.Name)).Any(name => name.Database == database))
        {
            // A new installation; that there is no backup is what the age tells. Where nobody could look, the drill itself says so, and fails
            Log.Nothing(logger, database);
            return true;
        }

        return (await drills.DrillAsync(BackupChoice.Latest, database, new(_ => { }), deadline)).Succeeded;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "There is no backup of {Database} yet to restore in a drill")]
        public static partial void Nothing(ILogger logger, string database);
    }
}
