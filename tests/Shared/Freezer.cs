using System.Globalization;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>Stops processes where they stand: their connections stay open, and nothing is answered. Their signals' numbers differ by system.</summary>
public static class Freezer
{
    public static Task FreezeAsync(params IEnumerable<int> processes) => SignalAsync("-STOP", processes);

    public static Task ThawAsync(params IEnumerable<int> processes) => SignalAsync("-CONT", processes);

    private static async Task SignalAsync(string signal, IEnumerable<int> processes)
    {
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "kill",
                FileName = Programs.Find("kill")!,
                Arguments = [signal, .. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))],
            },
            CancellationToken.None);
        // Of several, one may have ended since it was found
        Assert.True(exitCode == 0 || output.Contains("No such process", StringComparison.Ordinal), output);
    }
}
