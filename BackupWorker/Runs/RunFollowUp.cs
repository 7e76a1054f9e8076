using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Runs;

/// <summary>What follows runs while their lock is held: what is not proved yet is looked at, then old backups go.</summary>
internal sealed partial class RunFollowUp(
    BackupShelves shelves,
    VerifyHandler verifier,
    Pruner pruner,
    RunStore runs,
    OccurrenceStore occurrences,
    VerifiedAges ages,
    Deadlines deadlines,
    TimeProvider time,
    ILogger<RunFollowUp> logger)
{
    /// <summary>Longer than any schedule's pause, so that the last occurrence is known.</summary>
    private static readonly TimeSpan KeepRecords = TimeSpan.FromDays(400);

    /// <summary>Does it. Never throws: the runs have ended, and the next ones do it again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await TryAsync("What is not proved yet", VerifyAsync, cancellationToken);
        await TryAsync("What is old", pruner.PruneAsync, cancellationToken);
        await TryAsync("What is recorded of runs long past", ForgetAsync, cancellationToken);
        await ages.RefreshAsync(CancellationToken.None);
    }

    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var copy in (await shelves.ListAsync(cancellationToken)).Where(copy => copy is { State: BackupState.Unverified, Unproved: null }))
        {
            await verifier.VerifyAsync(copy, null, cancellationToken);
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - KeepRecords;
        await runs.ForgetAsync(before, cancellationToken);
        await occurrences.ForgetAsync(before, cancellationToken);
    }

    private async Task TryAsync(string what, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        // Each its own: a destination that is slow to read must not keep old backups on a disk that fills
        using var deadline = deadlines.Begin(cancellationToken);
        try
        {
            await work(deadline.Token);
        }
        catch (Exception exception)
        {
            Log.Postponed(logger, what, deadline.Token.IsCancellationRequested ? $"It was ended, because {deadline.Why}." : FailureSentence.Of(exception));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{What} waits for the next run: {Reason}")]
        public static partial void Postponed(ILogger logger, string what, string reason);
    }
}
