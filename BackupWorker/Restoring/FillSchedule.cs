using System.Diagnostics;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Does the steps that fill a database, some at a time, so that processors are idle neither between rows and indexes nor while the last of either is
/// under way.
/// </summary>
internal static class FillSchedule
{
    /// <summary>Does all of them.</summary>
    /// <param name="steps">The steps, in any order.</param>
    /// <param name="jobs">How many at a time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <remarks>What fails first ends the others and comes out.</remarks>
    public static async Task RunAsync(IEnumerable<FillStep> steps, int jobs, CancellationToken cancellationToken)
    {
        var waiting = steps.OrderByDescending(step => step.Weight).ToList();
        var unfinished = waiting.ToHashSet();
        var running = new Dictionary<Task, FillStep>();
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (unfinished.Count > 0)
        {
            while (running.Count < jobs && waiting.Find(MayRun) is { } next)
            {
                waiting.Remove(next);
                // Not what runs: it may end long before this one
                var behind = waiting.Count(step => !step.Excludes(next) && (IsReady(step) || running.ContainsValue(step.After!)));
                running.Add(RunAsync(next, jobs > 1 && behind >= jobs - 1, all.Token), next);
            }

            var ended = running.Count > 0 ? await Task.WhenAny(running.Keys) : throw new UnreachableException("A step waits for one that is none.");
            if (!ended.IsCompletedSuccessfully)
            {
                await all.CancelAsync();
                await Task.WhenAll(running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ended;
            }

            running.Remove(ended, out var step);
            unfinished.Remove(step!);
        }

        bool MayRun(FillStep step) => IsReady(step) && !running.Values.Any(step.Excludes);

        bool IsReady(FillStep step) => step.After is null || !unfinished.Contains(step.After);
    }

    /// <summary>Each is a task of its own, whatever it does before it first waits.</summary>
    private static async Task RunAsync(FillStep step, bool isCrowded, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await step.RunAsync(isCrowded, cancellationToken);
    }
}
