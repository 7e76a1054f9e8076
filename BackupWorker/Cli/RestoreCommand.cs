using System.CommandLine;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>restore</c>.</summary>
internal static class RestoreCommand
{
    public static Command Create(Option<bool> json)
    {
        var id = new Argument<string>("id")
        {
            Description = $"The backup's id or name, or '{RestoreHandler.Latest}' for the newest good one of the configured database.",
        };
        var into = new Option<string>("--into")
        {
            Description = "The database to create. It must not exist.",
            Required = true,
            HelpName = "database",
        };
        var command = new Command("restore", "Restores a backup into a new database and compares the rows of every table.") { id, into };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: true,
            (host, token) => RunAsync(host, result.GetRequiredValue(id), result.GetRequiredValue(into), result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, string id, string into, bool json, CancellationToken cancellationToken)
    {
        var handler = host.Services.GetRequiredService<RestoreHandler>();
        var result = await handler.RestoreAsync(id, into, Console.Error.WriteLine, cancellationToken);
        if (json)
        {
            Screen.WriteJson(result);
            return ExitCode.Of(result.Verdict);
        }

        if (result.Tables is { } tables)
        {
            Screen.WriteTable(
                ["Table", "Backup", "Restored", ""],
                tables.Select(table => new[]
                {
                    table.Name, Screen.Number(table.Expected), Screen.Number(table.Restored), table.Equal ? "equal" : "DIFFERENT",
                }));
        }

        if (result.Verdict != RestoreVerdict.Restored)
        {
            return await CliAction.FailAsync(ExitCode.Of(result.Verdict), result.Message);
        }

        await Console.Out.WriteLineAsync($"OK. {result.Message}");
        return ExitCode.Ok;
    }
}
