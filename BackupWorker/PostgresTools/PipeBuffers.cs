using System.ComponentModel;
using System.Diagnostics;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// Has programs read and write their pipes by large pieces: left to themselves they take 4 KB, each with a call of its own that wakes the other side.
/// GNU's stdbuf sees to it; where there is none, or another one, all is the same and takes longer.
/// </summary>
internal static class PipeBuffers
{
    private const string Stdbuf = "/usr/bin/stdbuf";
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string[] Sizes = ["-i1M", "-o1M"];
    private static readonly Lazy<bool> Works = new(Try);

    /// <summary>How a program is started.</summary>
    public static ProcessStartInfo Start(string path, IEnumerable<string> arguments) =>
        Works.Value && IsProgram(path) ? new(Stdbuf, [.. Sizes, path, .. arguments]) : new(path, arguments);

    /// <summary>That there is no such program, or that it may not be started, the system says better.</summary>
    private static bool IsProgram(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;

    /// <summary>It is asked through itself, so that it is known to work. Others' leave a file behind in each use.</summary>
    private static bool Try()
    {
        if (!File.Exists(Stdbuf))
        {
            return false;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(Stdbuf, [.. Sizes, Stdbuf, "--version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            return process.WaitForExit(Patience) && process.ExitCode == 0
                && process.StandardOutput.ReadToEnd().Contains("GNU", StringComparison.Ordinal);
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
