using System.Globalization;

namespace ProdReady.BackupWorker.Health;

/// <summary>Which databases have no verified backup in a destination that is as new as their schedule promises.</summary>
internal static class LateBackups
{
    /// <summary>A run may be late, or fail once; twice is no accident.</summary>
    private const int Intervals = 2;

    /// <summary>Looks for them.</summary>
    /// <param name="ages">What there should be.</param>
    /// <param name="interval">The longest time between two runs; nothing where the schedule is off.</param>
    /// <param name="upFor">
    /// How long this process has been looking. A database without any backup is only late after one interval: a fresh install makes its
    /// first backup at once, and must not be called bad until that one is there.
    /// </param>
    /// <param name="now">The time.</param>
    /// <returns>A sentence for each.</returns>
    public static IReadOnlyList<string> Find(
        IEnumerable<VerifiedAge> ages, TimeSpan? interval, TimeSpan upFor, DateTimeOffset now)
    {
        if (interval is not { } expected)
        {
            return [];
        }

        var late = new List<string>();
        foreach (var (database, destination, startedAt) in ages)
        {
            if (startedAt is not { } newest)
            {
                if (upFor > expected)
                {
                    late.Add($"There is no verified backup of '{database}' in the destination {destination}.");
                }
            }
            else if (now - newest > Intervals * expected)
            {
                late.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The newest verified backup of '{database}' in the destination {destination} is {(now - newest).TotalHours:F0} hours old, and there should be one every {expected.TotalHours:0.##} hours."));
            }
        }

        return late;
    }
}
