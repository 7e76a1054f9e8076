using System.Diagnostics;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>Between which times something happened, in microseconds.</summary>
internal readonly record struct Span(long Before, long After);

internal static class Spans
{
    private static readonly long Started = Stopwatch.GetTimestamp();

    public static long Now => (long)Stopwatch.GetElapsedTime(Started).TotalMicroseconds;

    /// <summary>Lets time pass, by the clock: a timer alone may fire early.</summary>
    public static async Task PassAsync(TimeSpan time)
    {
        var end = Now + (long)time.TotalMicroseconds;
        while (Now < end)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The first limit + 1 of them that certainly were within one window.</summary>
    public static string? FirstOverfullWindow(IEnumerable<Span> admitted, int limit, TimeSpan window)
    {
        var all = admitted.OrderBy(span => span.Before).ToArray();
        var ends = all.Select(span => span.After).Order().ToArray();
        foreach (var first in all)
        {
            // Of those that ended last, all but the ones that ended before this began
            var from = Array.BinarySearch(ends, first.Before) is var found && found < 0 ? ~found : found;
            var later = ends.Length - from;
            var begunBefore = all.Count(span => span.Before < first.Before && span.After >= first.Before);
            if (later - begunBefore > limit)
            {
                var last = all.Where(span => span.Before >= first.Before).Select(span => span.After).Order().ElementAt(limit);
                if (last - first.Before < window.TotalMicroseconds - 2_000)
                {
                    return $"{limit + 1} admissions between {first.Before} and {last}";
                }
            }
        }

        return null;
    }
}
