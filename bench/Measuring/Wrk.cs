using System.Globalization;
using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Measuring;

/// <summary>Load from a process of its own, by <see href="https://github.com/wg/wrk">wrk</see>; only ever on this machine.</summary>
internal static partial class Wrk
{
    public const int Connections = 64;
    public const int Seconds = 4;
    private const int WarmUpSeconds = 30;

    /// <summary>Lets the server's hot paths be compiled for good, which takes a gateway half a minute on two cores: while
    /// its compiler works in the background, it answers with half of its speed.</summary>
    public static Task WarmUpAsync(WrkLoad load, CancellationToken cancellationToken) => RunAsync(load, WarmUpSeconds, cancellationToken);

    /// <summary>How many requests a second are answered as the load expects, and how long all but 1 % take at most.</summary>
    public static Task<WrkResult> MeasureAsync(WrkLoad load, CancellationToken cancellationToken) => RunAsync(load, Seconds, cancellationToken);

    /// <summary>How many requests a second <paramref name="url"/> answers with 200.</summary>
    public static async Task<double> RequestsPerSecondAsync(Uri url, CancellationToken cancellationToken) =>
        (await MeasureAsync(new(url), cancellationToken)).RequestsPerSecond;

    private static async Task<WrkResult> RunAsync(WrkLoad load, int seconds, CancellationToken cancellationToken)
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
                Arguments =
                [
                    "-t", "1", "-c", $"{Connections}", "-d", $"{seconds}s", "--latency",
                    .. load.Script is { } script ? new[] { "-s", script } : [],
                    .. load.Headers.SelectMany(header => new[] { "-H", header }),
                    load.Url.AbsoluteUri,
                ],
            },
            cancellationToken);
        var (count, rate, slowest) = (Count().Match(output), Rate().Match(output), Slowest().Match(output));
        return exitCode == 0 && count.Success && rate.Success && slowest.Success && output.Contains("Non-2xx", StringComparison.Ordinal) == load.IsRefused
            ? new((int)Number(count), Number(rate), Number(slowest) * (slowest.Groups[2].Value == "us" ? 0.001 : slowest.Groups[2].Value == "s" ? 1000 : 1))
            : throw new InvalidOperationException($"wrk ended with {exitCode}: {output}");
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Count();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Slowest();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}

/// <summary>What to send.</summary>
/// <param name="Url">Where.</param>
internal sealed record WrkLoad(Uri Url)
{
    /// <summary>Headers, as <c>Name: value</c>.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>A Lua script that makes the requests.</summary>
    public string? Script { get; init; }

    /// <summary>Whether the answers are expected not to be 2xx.</summary>
    public bool IsRefused { get; init; }
}

/// <summary>What came of it.</summary>
/// <param name="Requests">Answers.</param>
/// <param name="RequestsPerSecond">Answers a second.</param>
/// <param name="P99">Milliseconds that all but 1 % took at most.</param>
internal sealed record WrkResult(int Requests, double RequestsPerSecond, double P99);
