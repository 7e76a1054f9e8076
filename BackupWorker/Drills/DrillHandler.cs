using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Drills;

/// <summary>
/// Restores the newest backup of a database into a throwaway one, compares rows and constraints with the manifest, and drops it: a backup
/// is as good as its last restore.
/// </summary>
internal sealed partial class DrillHandler(
    BackupShelves shelves,
    RestoreHandler restores,
    BackupSources sources,
    DrillMetrics metrics,
    TimeProvider time,
    ILogger<DrillHandler> logger)
{
    /// <summary>Drills one backup.</summary>
    /// <param name="which">An id or name, <c>latest</c> or <c>before:TIME</c>.</param>
    /// <param name="database">Whose newest backup.</param>
    /// <param name="progress">Takes a line for each step.</param>
    /// <param name="deadline">Its longest time; the throwaway database is dropped all the same.</param>
    /// <returns>What it came to, whatever went wrong: a drill that could not be done is one that failed.</returns>
    public async Task<DrillResult> DrillAsync(string which, string database, RestoreProgress progress, Deadline deadline)
    {
        var started = time.GetTimestamp();
        var into = DrillDatabase.NewName();
        RestoreResult result;
        string? left;
        var isOurs = true;
        try
        {
            result = await RestoreAsync(which, database, into, progress, deadline);
            isOurs = result.Verdict != RestoreVerdict.TargetExists;
        }
        finally
        {
            left = isOurs ? await DropAsync(database, into) : null;
        }

        string?[] errors = [result.Verdict == RestoreVerdict.Restored ? null : result.Message, left];
        var error = string.Join(' ', errors.OfType<string>());
        var drill = new DrillResult(
            database, result.Id, result.Destination, error.Length == 0, error.Length == 0 ? null : error, time.GetElapsedTime(started), result.Tables);
        Report(drill);
        await TryKeepAsync(drill, result.Verdict, deadline.Stopping);
        return drill;
    }

    private async Task<RestoreResult> RestoreAsync(
        string which, string database, string into, RestoreProgress progress, Deadline deadline)
    {
        try
        {
            await DrillDatabase.DropLeftoversAsync(sources.Find(database) ?? sources.Home, time.GetUtcNow(), deadline.Token);
            return await restores.RestoreAsync(new(which, into, database, DrillDatabase.Comment(time.GetUtcNow())), progress, deadline.Token);
        }
        catch when (deadline.HasPassed && !deadline.Stopping.IsCancellationRequested)
        {
            return new(RestoreVerdict.Failed, which, into, $"It was ended, because {deadline.Why}.");
        }
        catch (Exception exception) when (!deadline.Stopping.IsCancellationRequested)
        {
            if (!FailureSentence.IsExpected(exception))
            {
                Log.Broke(logger, database, exception);
            }

            return new(RestoreVerdict.Failed, which, into, FailureSentence.Of(exception));
        }
    }

    /// <returns>Why the throwaway database is left, or nothing: it takes disk, and may hold what was meant to be deleted.</returns>
    private async Task<string?> DropAsync(string database, string into)
    {
        try
        {
            var target = new TargetDatabase(sources.Find(database) ?? sources.Home, into);
            return await target.TryDropAsync() is { } reason
                ? $"The throwaway database '{into}' cannot be dropped: {reason} Remove it with: {target.DropStatement}"
                : null;
        }
        catch (BackupException)
        {
            // Without settings nothing was created, which the drill's own error says
            return null;
        }
    }

    private void Report(DrillResult drill)
    {
        metrics.Ended(drill);
        if (drill.Error is { } error)
        {
            Log.Failed(logger, drill.BackupId, drill.Database, error);
        }
        else
        {
            Log.Succeeded(logger, drill.BackupId, drill.Database, drill.Took.TotalSeconds);
        }
    }

    /// <summary>The result stands, and is in logs and metrics, whether or not a destination takes it.</summary>
    private async Task TryKeepAsync(DrillResult drill, RestoreVerdict verdict, CancellationToken cancellationToken)
    {
        try
        {
            await KeepAsync(drill, verdict, cancellationToken);
        }
        catch (StorageException exception)
        {
            Log.NotKept(logger, drill.BackupId, exception.Message);
        }
    }

    /// <summary>Beside the copy that was restored.</summary>
    private async Task KeepAsync(DrillResult drill, RestoreVerdict verdict, CancellationToken cancellationToken)
    {
        var copy = (await shelves.FindAsync(drill.BackupId, cancellationToken)).FirstOrDefault(copy => copy.Shelf.Name == drill.Destination);
        var now = time.GetUtcNow();
        var check = verdict switch
        {
            // Else it would go on to count as a good one, for retention too
            RestoreVerdict.Corrupt => new() { CheckedAt = now, State = BackupState.Corrupt, Error = drill.Error },
            // Every byte was proved on the way
            RestoreVerdict.Restored or RestoreVerdict.RowsDiffer or RestoreVerdict.NotCompared => copy?.Check ?? new() { CheckedAt = now, State = BackupState.Ok },
            // It may be the server's fault
            _ => copy?.Check,
        };
        if (copy is not null && check is not null)
        {
            await copy.Shelf.WriteCheckAsync(copy.Name, check with { DrilledAt = now, DrillError = drill.Error }, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Backup {Id} of {Database} was restored in a drill in {Seconds:F1} s: all row counts are equal")]
        public static partial void Succeeded(ILogger logger, string id, string database, double seconds);

        [LoggerMessage(LogLevel.Error, "The drill of a backup of {Database} broke")]
        public static partial void Broke(ILogger logger, string database, Exception exception);

        [LoggerMessage(LogLevel.Error, "What the drill of backup {Id} came to cannot be kept beside it: {Reason}")]
        public static partial void NotKept(ILogger logger, string id, string reason);

        [LoggerMessage(LogLevel.Critical, "The drill of backup {Id} of {Database} failed: {Error}")]
        public static partial void Failed(ILogger logger, string id, string database, string error);
    }
}
