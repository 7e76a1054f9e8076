using System.CommandLine;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(Option<bool> json)
    {
        var databases = new Option<string[]>("--database")
        {
            Description = "Only this one of the databases that are configured; may be given several times.",
            HelpName = "database",
        };
        var command = new Command("run", "Makes a backup of every database now and waits for them.") { databases };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: true,
            (host, token) => RunAsync(host, result.GetValue(databases) ?? [], result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, string[] databases, bool json, CancellationToken cancellationToken)
    {
        await CliHost.StartAsync(host, cancellationToken);
        var exitCode = await BackUpAsync(host.Services, databases, json, cancellationToken);
        await host.StopAsync(CancellationToken.None);
        return exitCode;
    }

    private static async Task<int> BackUpAsync(
        IServiceProvider services, string[] databases, bool json, CancellationToken cancellationToken)
    {
        var sources = services.GetRequiredService<BackupSources>();
        if (Array.Find(databases, database => sources.Find(database) is null) is { } unknown)
        {
            return await CliAction.FailAsync(
                ExitCode.Usage, $"'{unknown}' is not among the databases that are backed up (Backups:Databases).");
        }

        List<DirectConnection> wanted = [.. sources.All().Where(source => databases.Length == 0 || databases.Contains(source.Database))];
        var outcome = await services.GetRequiredService<RunStarter>().TryStartAsync(RunTrigger.Command, wanted, cancellationToken);
        if (outcome is not StartOutcome.Started { Runs: var runs })
        {
            return await CliAction.FailAsync(
                ExitCode.Busy,
                outcome is StartOutcome.Busy { RunningId: { } id } ? $"Backup {id} is under way." : "Another backup is under way.");
        }

        foreach (var run in runs.Runs)
        {
            await Console.Error.WriteLineAsync($"Backing up '{run.Database}' as {run.Id}");
        }

        var results = await ProgressBar.ShowAsync(
            runs.Runs, () => services.GetRequiredService<BackupRunner>().RunAsync(runs, cancellationToken));
        return await TellAsync(services, results, json, cancellationToken.IsCancellationRequested);
    }

    private static async Task<int> TellAsync(IServiceProvider services, IReadOnlyList<RunResult> results, bool json, bool isInterrupted)
    {
        var catalogue = services.GetRequiredService<BackupCatalogue>();
        var backups = new List<BackupDetails>();
        foreach (var result in results)
        {
            try
            {
                if (await catalogue.FindAsync(result.Run.Id, CancellationToken.None) is { } backup)
                {
                    backups.Add(backup);
                }
            }
            catch (StorageException exception)
            {
                // What the run came to is still to be told
                await Console.Error.WriteLineAsync(exception.Message);
            }
        }

        if (json)
        {
            Screen.WriteJson(backups);
        }
        else
        {
            backups.FindAll(backup => backup.Files is not null).ForEach(backup => ShowCommand.Write(backup, json: false));
        }

        foreach (var result in results)
        {
            foreach (var warning in result.Warnings)
            {
                await Console.Error.WriteLineAsync($"Backup {result.Run.Id} is not proved everywhere. {warning}");
            }

            if (result.Error is { } error)
            {
                await Console.Error.WriteLineAsync($"Backup {result.Run.Id} of '{result.Run.Database}' failed: {error}");
            }
        }

        return isInterrupted ? ExitCode.Interrupted
            : results.Any(result => result.Error is not null || result.Warnings.Count > 0) ? ExitCode.Failed
            : ExitCode.Ok;
    }
}
