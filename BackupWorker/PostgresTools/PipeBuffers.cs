using System.Diagnostics;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// Has programs read and write their pipes by large pieces: left to themselves they take 4 KB, each with a call of its own that wakes the other side.
/// GNU's stdbuf sees to it; where there is none, all is the same and takes longer.
/// </summary>
internal static class PipeBuffers
{
    private const string Stdbuf = "/usr/bin/stdbuf";
    private static readonly string[] Sizes = ["--input=1M", "--output=1M"];

    /// <summary>How a program is started.</summary>
    public static ProcessStartInfo Start(string path, IEnumerable<string> arguments) =>
        // That there is no such program the system says better
        File.Exists(Stdbuf) && File.Exists(path) ? new(Stdbuf, [.. Sizes, path, .. arguments]) : new(path, arguments);
}
