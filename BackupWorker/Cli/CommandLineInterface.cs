using System.CommandLine;

namespace ProdReady.BackupWorker.Cli;

/// <summary>The same executable as a tool: <c>run</c>, <c>list</c>, <c>show</c>, <c>verify</c>, <c>drill</c>, <c>restore</c>, <c>base</c>, <c>prune</c>, <c>catalog</c>, <c>keygen</c>.</summary>
internal static class CommandLineInterface
{
    /// <summary>A restore drops what it created when it is interrupted, which can take a moment.</summary>
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(30);

    private static readonly string[] Help = ["--help", "-h", "-?", "/?", "/h", "--version"];

    /// <summary>Whether these arguments are a command; settings of the host, such as <c>--urls http://...</c>, are not.</summary>
    public static bool IsFor(IReadOnlyList<string> args) =>
        args is [var first, ..] && (Help.Contains(first) || (first[..Math.Min(1, first.Length)] is not ("-" or "/") && !first.Contains('=')));

    /// <summary>Runs the command.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON.", Recursive = true };
        var root = new RootCommand("Backups that are proved by restoring them. Without a command, the service runs.")
        {
            RunCommand.Create(json),
            ListCommand.Create(json),
            ShowCommand.Create(json),
            VerifyCommand.Create(json),
            DrillCommand.Create(json),
            RestoreCommand.Create(json),
            BaseCommand.Create(json),
            PruneCommand.Create(json),
            CatalogCommand.Create(json),
            KeygenCommand.Create(json),
            json,
        };
        // A database may be called @something
        var command = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var exitCode = await command.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeToEnd });
        return command.Errors.Count > 0 ? ExitCode.Usage : exitCode;
    }
}
