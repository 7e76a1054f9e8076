using System.Globalization;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>What is to be restored, and where to.</summary>
/// <param name="At">The time, or nothing for all that there is.</param>
/// <param name="DataDirectory">The directory to build.</param>
/// <param name="Timeline">Along which of the server's timelines; nothing for the newest one.</param>
internal sealed record PointInTimeRequest(DateTimeOffset? At, string DataDirectory, uint? Timeline = null)
{
    /// <summary>Reads a time as people write it.</summary>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public static string? TryParseTime(string text, out DateTimeOffset? at)
    {
        at = null;
        if (text == BackupChoice.Latest)
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return $"'{text}' names no time. Example: 2026-11-28T02:00:00Z (UTC unless it says another offset), or {BackupChoice.Latest}";
        }

        at = time;
        return null;
    }
}
