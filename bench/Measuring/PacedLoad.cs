using System.Diagnostics;

namespace ProdReady.Bench.Measuring;

/// <summary>
/// Calls at a constant rate, whatever they take. Each is timed from when it was due, so that one that had to wait behind a slow one
/// counts as slow itself.
/// </summary>
internal static class PacedLoad
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs a load.</summary>
    /// <param name="rate">Calls in a second.</param>
    /// <param name="calls">How many calls.</param>
    /// <param name="call">The call of a number, from 0.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How long each took in milliseconds, the fastest first.</returns>
    public static async Task<double[]> RunAsync(int rate, int calls, Func<int, Task> call, CancellationToken cancellationToken)
    {
        var running = new Task<double>[calls];
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < calls; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / rate);
            while (due - Stopwatch.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait > Shortest ? wait : Shortest, cancellationToken);
            }

            running[number] = TimeAsync(number, due);
        }

        var times = await Task.WhenAll(running);
        Array.Sort(times);
        return times;

        async Task<double> TimeAsync(int number, TimeSpan due)
        {
            await call(number);
            return (Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds;
        }
    }

    /// <summary>What all but a part of the calls took at most.</summary>
    public static double Percentile(double[] sorted, double percent) =>
        sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
}
