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
    /// <summary>The first refusal with certainly fewer than <paramref name="limit"/> admissions in the window that ended at it.</summary>
    public static string? FirstNeedlessRefusal(
        IReadOnlyCollection<Span> refused, IReadOnlyCollection<Span> admitted, int limit, TimeSpan window)
    {
        // A refusal holds until its reset, which begins when its answer arrives: as late as the slowest of them
        var longest = (long)window.TotalMicroseconds + 2_000 + refused.Select(span => span.After - span.Before).DefaultIfEmpty().Max();
        // Those that may count are the ones begun before the refusal ended, but for those that ended a window before it began
        var begun = admitted.Select(span => span.Before).Order().ToArray();
        var ended = admitted.Select(span => span.After).Order().ToArray();
        return refused.OrderBy(span => span.Before)
            .Select(span => (Span: span, Counted: Below(begun, span.After) - Below(ended, span.Before - longest)))
            .Where(refusal => refusal.Counted < limit)
            .Select(refusal => $"refused between {refusal.Span.Before} and {refusal.Span.After} after {refusal.Counted} admissions")
            .FirstOrDefault();
    }

    /// <summary>How many of the ordered values are smaller.</summary>
    private static int Below(long[] ordered, long value)
    {
        var found = Array.BinarySearch(ordered, value);
        return found < 0 ? ~found : found;
    }
}
