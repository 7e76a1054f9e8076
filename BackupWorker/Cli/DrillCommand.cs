using System.CommandLine;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>drill</c>.</summary>
internal static class DrillCommand
{
    public static Command Create(Option<bool> json)
    {
        var id = new Argument<string>("id")
        {
            Description = $"The backup's id or name, or '{BackupChoice.Latest}' (the default).",
            DefaultValueFactory = _ => BackupChoice.Latest,
        };
        var database = new Option<string?>("--database")
        {
            Description = "Whose newest backup. Without it: the first database that is configured.",
            HelpName = "database",
        };
        var command = new Command("drill", "Restores a backup into a throwaway database, compares rows and constraints, and drops it.") { id, database };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: true,
            (host, token) => RunAsync(host, result.GetRequiredValue(id), result.GetValue(database), result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, string which, string? database, bool json, CancellationToken cancellationToken)
    {
        var sources = host.Services.GetRequiredService<BackupSources>();
        database ??= sources.All()[0].Database;
        // The schedule's too, in whatever process: drills clean up after each other
        await using var held = await RunLock.TryTakeOnServerAsync(sources.Home, RunLock.Drills, cancellationToken);
        if (held is null)
        {
            return await CliAction.FailAsync(ExitCode.Busy, "A drill is under way, here or in another process. Start one when it has ended.");
        }

        using var deadline = host.Services.GetRequiredService<Deadlines>().Begin(cancellationToken);
        var drill = await ProgressBar.ShowAsync(
            "Drill", progress => host.Services.GetRequiredService<DrillHandler>().DrillAsync(which, database, progress, deadline));
        if (json)
        {
            Screen.WriteJson(drill);
        }
        else if (drill.Tables is { } tables)
        {
            RestoreCommand.Write(tables);
        }

        if (drill.Error is { } error)
        {
            return await CliAction.FailAsync(ExitCode.Failed, error);
        }

        await Console.Error.WriteLineAsync($"OK. Backup {drill.BackupId} was restored in {drill.Took.TotalSeconds:F1} s, and the throwaway database is gone.");
        return ExitCode.Ok;
    }
}
