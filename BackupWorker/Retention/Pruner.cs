using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Retention;

/// <summary>Removes the backups that no rule keeps, in each destination by what that one holds.</summary>
internal sealed partial class Pruner(
    BackupShelves shelves,
    RemovalStore removals,
    IOptions<RetentionOptions> options,
    IOptions<ScheduleOptions> schedule,
    TimeProvider time,
    ILogger<Pruner> logger)
{
    /// <summary>Decides, and removes nothing. A destination that cannot be read is told, and left as it is.</summary>
    /// <exception cref="StorageException">None of them can be read.</exception>
    public async Task<RetentionOutcome> PlanAsync(CancellationToken cancellationToken)
    {
        var planned = new List<PlannedRemoval>();
        var listing = await shelves.LookAsync(cancellationToken);
        foreach (var held in listing.Copies.GroupBy(copy => copy.Shelf))
        {
            var copies = held.ToDictionary(copy => copy.Name.ToString());
            var candidates = copies.Values
                .Select(copy => RetentionCandidate.Of(
                    copy.Name.ToString(),
                    copy.State,
                    isProved: copy.Unproved is null,
                    isDrilled: copy.Check is { DrilledAt: not null, DrillError: null }))
                .OfType<RetentionCandidate>();
            var plan = RetentionPlan.Make([.. candidates], options.Value, time.GetUtcNow(), schedule.Value.Zone);
            planned.AddRange(plan.Decisions.Select(decision => new PlannedRemoval(copies[decision.Backup.Name], decision)));
        }

        return new(planned, listing.NotRead);
    }

    /// <summary>Removes what is to go. Only the holder of the run lock may call it. A destination that fails stops the others not.</summary>
    /// <returns>What was decided, and what could not be removed.</returns>
    /// <exception cref="StorageException">None of them can be read.</exception>
    public async Task<RetentionOutcome> PruneAsync(CancellationToken cancellationToken)
    {
        var planned = await PlanAsync(cancellationToken);
        var done = new List<PlannedRemoval>();
        foreach (var one in planned.Removals)
        {
            done.Add(one.Decision.Keep ? one : one with { IsTried = true, Error = await RemoveAsync(one, cancellationToken) });
        }

        return planned with { Removals = done };
    }

    private async Task<string?> RemoveAsync(PlannedRemoval removal, CancellationToken cancellationToken)
    {
        var copy = removal.Copy;
        try
        {
            // Before the manifest goes: what is left without it is not found again otherwise
            await removals.BeginAsync(copy.Shelf.Name, copy.Name, cancellationToken);
            await copy.Shelf.DeleteAsync(copy.Name, cancellationToken);
            await removals.EndAsync(copy.Shelf.Name, copy.Name, CancellationToken.None);
            Log.Removed(logger, copy.Name, copy.Shelf.Name, removal.Decision.Why);
            return null;
        }
        catch (StorageException exception)
        {
            // Such as an object that is locked still: the next run tries again
            Log.NotRemoved(logger, copy.Name, copy.Shelf.Name, exception.Message);
            return exception.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Backup {Name} in the destination {Destination} is removed: {Reason}")]
        public static partial void Removed(ILogger logger, BackupName name, string destination, string reason);

        [LoggerMessage(LogLevel.Warning, "Backup {Name} in the destination {Destination} could not be removed: {Reason}")]
        public static partial void NotRemoved(ILogger logger, BackupName name, string destination, string reason);
    }
}
