using System.CommandLine;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>list</c>.</summary>
internal static class ListCommand
{
    public static Command Create(Option<bool> json)
    {
        var database = new Option<string?>("--database") { Description = "Only those of this database.", HelpName = "database" };
        var status = new Option<string?>("--status") { Description = "Only those of this status.", HelpName = "status" };
        status.AcceptOnlyFromAmong([.. RunStatus.All]);
        var command = new Command("list", "Lists backups, and runs that failed or are under way, newest first.") { database, status };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: false,
            (host, token) => RunAsync(host, result.GetValue(database), result.GetValue(status), result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, string? database, string? status, bool json, CancellationToken cancellationToken)
    {
        var listing = await host.Services.GetRequiredService<BackupCatalogue>().ListAsync(cancellationToken);
        var backups = BackupSummary.Filter(listing.Backups, database, status);
        if (json)
        {
            Screen.WriteJson(backups);
        }
        else if (backups.Count == 0)
        {
            await Console.Out.WriteLineAsync(
                $"There are no{(listing.Backups.Count > 0 ? " such" : "")} backups in {(listing.NotRead.Count > 0 ? "what can be read of " : "")}"
                + $"{host.Services.GetRequiredService<BackupShelves>().Locations}.");
        }
        else
        {
            Write(backups);
        }

        return listing.NotRead.Count == 0
            ? ExitCode.Ok
            : await CliAction.FailAsync(ExitCode.Failed, string.Join(Environment.NewLine, listing.NotRead.Select(one => one.Sentence)));
    }

    private static void Write(IReadOnlyList<BackupSummary> backups) =>
        Screen.WriteTable(
            ["Id", "Database", "Status", "Size", "Started", "By", "Copies", "Error"],
            backups.Select(backup => new[]
            {
                backup.Id,
                backup.Database,
                backup.Status,
                Screen.Size(backup.Size),
                Screen.Time(backup.StartedAt),
                backup.Trigger ?? "-",
                string.Join(", ", backup.Copies.Select(copy => $"{copy.Destination} {copy.Status}")),
                backup.Error ?? "",
            }));
}
