using System.CommandLine;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>restore</c>.</summary>
internal static class RestoreCommand
{
    public static Command Create(Option<bool> json)
    {
        var id = new Argument<string?>("id")
        {
            Description = $"The backup's id or name, '{BackupChoice.Latest}' for the newest good one, or 'before:TIME' for the newest good one from before a time.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var into = new Option<string?>("--into")
        {
            Description = "The database to create. It must not exist.",
            HelpName = "database",
        };
        var database = new Option<string?>("--database")
        {
            Description = $"Whose backup, with '{BackupChoice.Latest}' and 'before:TIME'. Without it: the first database that is configured.",
            HelpName = "database",
        };
        var withRoles = new Option<bool>("--with-roles")
        {
            Description = "First create the roles that the server lacks, with their passwords and memberships. Those that exist are left as they are.",
        };
        var swap = new Option<bool>("--swap")
        {
            Description = "If all rows are there, give the new database the name of the one that was backed up. That one is kept as NAME_before_TIME; "
                + "sessions of both are ended.",
        };
        var acceptUnproved = new Option<bool>("--accept-unproved")
        {
            Description = "Restore the backup although nobody knows whether it is genuine: it was made without a key where one is configured now.",
        };
        var pointInTime = new RestoreAtOptions();
        var command = new Command(
            "restore",
            "Restores a backup into a new database and compares the rows of every table; or, with --at, the whole server as it was at a time.")
        {
            id, into, database, withRoles, swap, acceptUnproved, pointInTime.At, pointInTime.DataDirectory, pointInTime.Timeline,
        };
        command.Validators.Add(result =>
        {
            if (pointInTime.WhyNot(result, id, into, database) is { } mistake)
            {
                result.AddError(mistake);
            }
        });
        command.SetAction((result, cancellationToken) => result.GetValue(pointInTime.At) is not null
            ? pointInTime.RunAsync(result, result.GetValue(json), cancellationToken)
            : CliAction.RunAsync(
                needsDatabase: true,
                (host, token) => RunAsync(
                    host,
                    new(
                        result.GetValue(id)!,
                        result.GetValue(into)!,
                        result.GetValue(database),
                        WithRoles: result.GetValue(withRoles),
                        Swap: result.GetValue(swap),
                        AcceptUnproved: result.GetValue(acceptUnproved)),
                    result.GetValue(json),
                    token),
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, RestoreRequest request, bool json, CancellationToken cancellationToken)
    {
        if ((TargetDatabase.WhyNot(request.Into) ?? BackupChoice.TryParse(request.Which, out _)) is { } mistake)
        {
            return await CliAction.FailAsync(ExitCode.Usage, mistake);
        }

        var handler = host.Services.GetRequiredService<RestoreHandler>();
        var result = await ProgressBar.ShowAsync("Restore", progress => handler.RestoreAsync(request, progress, cancellationToken));
        if (json)
        {
            Screen.WriteJson(result);
            return ExitCode.Of(result.Verdict);
        }

        if (result.Tables is { } tables)
        {
            Write(tables);
        }

        if (result.Verdict != RestoreVerdict.Restored)
        {
            return await CliAction.FailAsync(ExitCode.Of(result.Verdict), result.Message);
        }

        await Console.Out.WriteLineAsync($"OK. {result.Message}");
        return ExitCode.Ok;
    }

    /// <summary>Prints row counts side by side. Of tables that were empty and are, such as partitions of days to come, only how many there are.</summary>
    public static void Write(IReadOnlyList<TableComparison> tables)
    {
        var shown = tables.Where(table => !table.Equal || table.Expected > 0).ToList();
        if (shown.Count > 0)
        {
            Screen.WriteTable(
                ["Table", "Backup", "Restored", ""],
                shown.Select(table => new[]
                {
                    table.Name, Screen.Number(table.Expected), Screen.Number(table.Restored), table.Equal ? "equal" : "DIFFERENT",
                }));
        }

        if (shown.Count < tables.Count)
        {
            Console.Out.WriteLine($"Empty in both: {tables.Count - shown.Count} more.");
        }
    }
}
