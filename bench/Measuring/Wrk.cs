using System.Globalization;
using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Measuring;

/// <summary>Load from a process of its own, by <see href="https://github.com/wg/wrk">wrk</see>; only ever on this machine.</summary>
internal static partial class Wrk
{
    private const int Connections = 64;
    private const int Seconds = 4;
    private const int WarmUpSeconds = 10;

    /// <summary>Lets the server's hot paths be compiled for good, which takes some hundred thousand requests.</summary>
    public static Task WarmUpAsync(Uri url, CancellationToken cancellationToken) =>
        RunAsync(url, WarmUpSeconds, cancellationToken);

    /// <summary>How many requests a second <paramref name="url"/> answers with 200.</summary>
    public static Task<double> RequestsPerSecondAsync(Uri url, CancellationToken cancellationToken) =>
        RunAsync(url, Seconds, cancellationToken);

    private static async Task<double> RunAsync(Uri url, int seconds, CancellationToken cancellationToken)
    {
        if (Programs.Find("wrk") is not { } wrk)
        {
            throw new InvalidOperationException("wrk is missing. Debian, Ubuntu: sudo apt-get install wrk; macOS: brew install wrk");
        }

        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "wrk",
                FileName = wrk,
                Arguments = ["-t", "1", "-c", $"{Connections}", "-d", $"{seconds}s", url.AbsoluteUri],
            },
            cancellationToken);
        var match = Rate().Match(output);
        return exitCode == 0 && match.Success && !output.Contains("Non-2xx", StringComparison.Ordinal)
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"wrk ended with {exitCode}: {output}");
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
