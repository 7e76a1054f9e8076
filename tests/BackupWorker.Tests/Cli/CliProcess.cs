using System.Diagnostics;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>What a user runs: the executable, in a folder, with no settings but the given ones.</summary>
internal sealed record CliProcess(int ExitCode, string Output, string Error)
{
    public static async Task<CliProcess> RunAsync(
        string workingDirectory, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var cancelled = TestContext.Current.CancellationToken;
        using var process = Start(workingDirectory, arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync(cancelled);
        var error = process.StandardError.ReadToEndAsync(cancelled);
        await process.WaitForExitAsync(cancelled);
        return new(process.ExitCode, await output, await error);
    }

    public static Process Start(string workingDirectory, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BackupWorker.dll"), .. arguments])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in EnvironmentNames.All.SelectMany(name => name.Variables).Where(name => name != "POSTGRES_BIN"))
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
