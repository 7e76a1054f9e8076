using System.CommandLine;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>list</c>.</summary>
internal static class ListCommand
{
    public static Command Create(Option<bool> json)
    {
        var command = new Command("list", "Lists backups, and runs that failed or are under way, newest first.");
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: false, (host, token) => RunAsync(host, result.GetValue(json), token), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, bool json, CancellationToken cancellationToken)
    {
        var backups = await host.Services.GetRequiredService<BackupCatalogue>().ListAsync(cancellationToken);
        if (json)
        {
            Screen.WriteJson(backups);
            return ExitCode.Ok;
        }

        if (backups.Count == 0)
        {
            await Console.Out.WriteLineAsync($"There are no backups in {host.Services.GetRequiredService<BackupDirectory>().Root}.");
            return ExitCode.Ok;
        }

        Screen.WriteTable(
            ["Id", "Database", "Status", "Size", "Started", "SHA-256", "Error"],
            backups.Select(backup => new[]
            {
                backup.Id,
                backup.Database,
                backup.Status,
                Screen.Size(backup.Size),
                Screen.Time(backup.StartedAt),
                backup.Sha256 is { Length: > 12 } hash ? hash[..12] + "…" : "-",
                backup.Error ?? "",
            }));
        return ExitCode.Ok;
    }
}
