using System.Diagnostics;

namespace ProdReady.Testing;

/// <summary>Waits on a condition, with a bound.</summary>
public static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads until <paramref name="done"/>; fails with the last value if that does not come within 30 s, or the bound that is given.</summary>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> read, Func<T, bool> done, TimeSpan? bound = null)
    {
        var limit = bound ?? Bound;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (done(value))
            {
                return value;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"Still not so after {limit.TotalSeconds} s: {value}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}
