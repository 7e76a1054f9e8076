using System.Diagnostics;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Backups;

/// <summary>BackupWorker's command line as it is built beside this program, watched from outside.</summary>
/// <param name="Lines">What it printed, each line with the timestamp at which it came.</param>
/// <param name="PeakBytes">The most memory that it had resident, as the kernel counts it (VmHWM); its pg_dumps are not in it.</param>
internal sealed record ProductProcess(IReadOnlyList<(long At, string Text)> Lines, long PeakBytes)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>When a line came that begins so.</summary>
    public long At(string start) => Lines.First(line => line.Text.StartsWith(start, StringComparison.Ordinal)).At;

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<ProductProcess> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        // This is bench/bin/Release/net10.0
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(
            output.Parent!.Parent!.Parent!.Parent!.FullName, "BackupWorker", "bin", output.Parent.Name, output.Name, "BackupWorker.dll");
        var lines = new List<(long, string)>();
        await using var process = await ChildProcess.StartAsync(new()
        {
            Name = "BackupWorker",
            FileName = "dotnet",
            Arguments = [program, .. arguments],
            Environment = environment,
            Output = line =>
            {
                lock (lines)
                {
                    lines.Add((Stopwatch.GetTimestamp(), line.Text));
                }
            },
        });
        var peak = 0L;
        while (!process.Exited.IsCompleted)
        {
            peak = Math.Max(peak, ResidentMemory.PeakOf(process.Id));
            await Task.WhenAny(process.Exited, Task.Delay(Pause, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await process.Exited == 0
            ? new(lines, peak)
            : throw new InvalidOperationException($"BackupWorker {arguments[0]} failed: {string.Join(Environment.NewLine, process.LastLines)}");
    }
}
