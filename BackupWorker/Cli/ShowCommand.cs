using System.CommandLine;
using ProdReady.BackupWorker.Catalogue;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>show</c>.</summary>
internal static class ShowCommand
{
    public static Command Create(Option<bool> json)
    {
        var id = new Argument<string>("id") { Description = "The backup's id or name." };
        var command = new Command("show", "Shows one backup with the row counts of its tables.") { id };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: false,
            (host, token) => RunAsync(host, result.GetRequiredValue(id), result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    /// <summary>Prints one backup or run.</summary>
    public static void Write(BackupDetails backup, bool json)
    {
        if (json)
        {
            Screen.WriteJson(backup);
            return;
        }

        Screen.WriteTable(["Backup", backup.Id], Facts(backup).Where(fact => fact[1].Length > 0));
        if (backup.Copies.Count > 0)
        {
            Screen.WriteTable(
                ["Destination", "Status", "Read back", "Restored in a drill", "Error"],
                backup.Copies.Select(copy => new[]
                {
                    copy.Destination, copy.Status, Screen.Time(copy.CheckedAt), Screen.Time(copy.DrilledAt), copy.Error ?? "",
                }));
        }

        if (backup.Files is { } files)
        {
            Screen.WriteTable(
                ["File", "Size", "Key", "SHA-256"],
                files.Select(file => new[] { file.File, Screen.Number(file.Size), file.KeyId ?? "not encrypted", file.Sha256 }));
        }

        if (backup.Tables is { } tables)
        {
            Screen.WriteTable(
                ["Table", "Rows"], tables.Select(table => new[] { $"{table.Schema}.{table.Table}", Screen.Number(table.Rows) }));
        }
    }

    private static IEnumerable<string[]> Facts(BackupDetails backup) =>
    [
        ["Database", backup.Database],
        ["Status", backup.Status],
        ["Error", backup.Error ?? ""],
        ["Size", backup.Size is null ? "" : $"{Screen.Size(backup.Size)} ({Screen.Number(backup.Size)} bytes)"],
        ["Content", backup.ContentSize is null ? "" : $"{Screen.Size(backup.ContentSize)} ({Screen.Number(backup.ContentSize)} bytes)"],
        ["Started", Screen.Time(backup.StartedAt)],
        ["Started by", backup.Trigger ?? ""],
        ["Completed", Screen.Time(backup.CompletedAt)],
        ["Warnings", string.Join(' ', backup.Warnings ?? [])],
        ["pg_dump", backup.ToolVersion ?? ""],
        ["Server", backup.ServerVersion ?? ""],
        ["WAL position", backup.WalPosition ?? ""],
        ["Large objects", backup.LargeObjects is > 0 ? Screen.Number(backup.LargeObjects) : ""],
    ];

    private static async Task<int> RunAsync(IHost host, string id, bool json, CancellationToken cancellationToken)
    {
        if (await host.Services.GetRequiredService<BackupCatalogue>().FindAsync(id, cancellationToken) is not { } backup)
        {
            return await CliAction.FailAsync(ExitCode.NotFound, $"There is no backup and no run '{id}'. 'list' shows what there is.");
        }

        Write(backup, json);
        return ExitCode.Ok;
    }
}
