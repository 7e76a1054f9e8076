using System.Diagnostics;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Standalone.Processes;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>What a user runs: the executable, in a folder, with no settings but the given ones.</summary>
internal sealed record CliProcess(int ExitCode, string Output, string Error)
{
    private static string Executable => Path.Combine(AppContext.BaseDirectory, "BackupWorker.dll");

    public static async Task<CliProcess> RunAsync(
        string workingDirectory, string[] arguments, Dictionary<string, string>? environment = null)
    {
        using var process = Start(workingDirectory, arguments, environment);
        return await ReadAsync(process);
    }

    /// <summary>The same on a terminal, which everything is printed to.</summary>
    public static async Task<CliProcess> RunOnTerminalAsync(
        string workingDirectory, string command, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(
            Programs.Find("script")!, ["--quiet", "--return", "--command", $"stty cols 200; exec dotnet '{Executable}' {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
        };
        start.Environment["TERM"] = "xterm";
        // A build server's terminal is nobody's to look at
        foreach (var name in start.Environment.Keys.Where(name => name == "CI" || name.StartsWith("GITHUB_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Start(start, workingDirectory, environment);
        return await ReadAsync(process);
    }

    /// <summary>The same with its system calls written to a file, by strace.</summary>
    public static async Task<CliProcess> RunTracedAsync(
        string workingDirectory, string[] arguments, Dictionary<string, string> environment, string calls, string file)
    {
        using var process = Start(
            new("strace", ["-f", "-y", "-e", $"trace={calls}", "-o", file, "dotnet", Executable, .. arguments]), workingDirectory, environment);
        return await ReadAsync(process);
    }

    public static Process Start(string workingDirectory, string[] arguments, Dictionary<string, string>? environment = null) =>
        Start(new("dotnet", [Executable, .. arguments]), workingDirectory, environment ?? []);

    private static async Task<CliProcess> ReadAsync(Process process)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancelled);
        var error = process.StandardError.ReadToEndAsync(cancelled);
        await process.WaitForExitAsync(cancelled);
        return new(process.ExitCode, await output, await error);
    }

    private static Process Start(ProcessStartInfo start, string workingDirectory, Dictionary<string, string> environment)
    {
        start.WorkingDirectory = workingDirectory;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var name in EnvironmentNames.All.SelectMany(name => name.Variables).Where(name => name != "POSTGRES_BIN"))
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
