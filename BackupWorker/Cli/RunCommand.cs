using System.CommandLine;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Runs;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(Option<bool> json)
    {
        var command = new Command("run", "Makes a backup now and waits for it.");
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: true, (host, token) => RunAsync(host, result.GetValue(json), token), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, bool json, CancellationToken cancellationToken)
    {
        // Brings the schema up to date, for a database that the service has not run on yet
        await host.StartAsync(cancellationToken);
        var exitCode = await BackUpAsync(host.Services, json, cancellationToken);
        await host.StopAsync(CancellationToken.None);
        return exitCode;
    }

    private static async Task<int> BackUpAsync(IServiceProvider services, bool json, CancellationToken cancellationToken)
    {
        var outcome = await services.GetRequiredService<RunStarter>().TryStartAsync(cancellationToken);
        if (outcome is not StartOutcome.Started { Run: var run })
        {
            return await CliAction.FailAsync(
                ExitCode.Busy,
                outcome is StartOutcome.Busy { RunningId: { } id } ? $"Backup {id} is under way." : "Another backup is under way.");
        }

        await Console.Error.WriteLineAsync($"Backing up '{run.Database}' as {run.Id}");
        var result = await services.GetRequiredService<BackupRunner>().RunAsync(run, cancellationToken);
        if (result.Error is { } error)
        {
            return await CliAction.FailAsync(
                cancellationToken.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Failed, $"Backup {run.Id} failed: {error}");
        }

        if (await services.GetRequiredService<BackupCatalogue>().FindAsync(run.Id, CancellationToken.None) is { } backup)
        {
            ShowCommand.Write(backup, json);
        }

        return ExitCode.Ok;
    }
}
