using System.CommandLine;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Runs;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>prune</c>.</summary>
internal static class PruneCommand
{
    public static Command Create(Option<bool> json)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list what would go and why." };
        var command = new Command("prune", "Removes the backups that no rule of Backups:Retention keeps, and says why each stays or goes.") { dryRun };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: !result.GetValue(dryRun),
            (host, token) => RunAsync(host, result.GetValue(dryRun), result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, bool dryRun, bool json, CancellationToken cancellationToken)
    {
        var pruner = host.Services.GetRequiredService<Pruner>();
        if (dryRun)
        {
            return await EndAsync(await pruner.PlanAsync(cancellationToken), json);
        }

        await using var held = await RunLock.TryTakeAsync(
            host.Services.GetRequiredService<BackupSources>().Home, RunLock.Backups, cancellationToken);
        if (held is null)
        {
            return await CliAction.FailAsync(ExitCode.Busy, "A backup is under way; it removes old ones when it ends.");
        }

        return await EndAsync(await pruner.PruneAsync(cancellationToken), json);
    }

    private static async Task<int> EndAsync(RetentionOutcome outcome, bool json)
    {
        Write(outcome.Removals, json);
        return outcome.NotRead.Count > 0
            ? await CliAction.FailAsync(ExitCode.Failed, string.Join(Environment.NewLine, outcome.NotRead.Select(one => one.Sentence)))
            : outcome.Removals.Any(one => one.Error is not null) ? ExitCode.Failed
            : ExitCode.Ok;
    }

    private static void Write(IReadOnlyList<PlannedRemoval> planned, bool json)
    {
        if (json)
        {
            Screen.WriteJson(planned.Select(PrunedCopy.Of));
            return;
        }

        Screen.WriteTable(
            ["Id", "Database", "Destination", "Started", "Why", "Error"],
            planned.Select(one => new[]
            {
                one.Copy.Name.Id, one.Copy.Name.Database, one.Copy.Shelf.Name, Screen.Time(one.Decision.Backup.StartedAt),
                one.Reason, one.Error ?? "",
            }));
    }
}
