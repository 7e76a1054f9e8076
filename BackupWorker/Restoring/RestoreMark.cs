using System.Globalization;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>The comment on a database that a restore fills, for whoever finds one that a killed restore left.</summary>
internal static class RestoreMark
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Of(string backup, DateTimeOffset now) =>
        $"ProdReady restores backup {backup} into this database, since {now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}. "
        + "It takes this comment away when every row is there: as long as you read it and no restore is under way, rows may be missing.";
}
