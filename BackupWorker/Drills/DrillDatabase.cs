using System.Globalization;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Drills;

/// <summary>The throwaway databases of drills. A comment marks them, so that nothing else is ever taken for one.</summary>
internal static class DrillDatabase
{
    /// <summary>
    /// Longer than any drill. Nobody is connected to a database that another replica has just created, so that its age alone tells it from
    /// one that a killed process left.
    /// </summary>
    public static readonly TimeSpan LongestDrill = TimeSpan.FromDays(1);

    private const string Mark = "A throwaway database of a ProdReady drill, which drops it when it ends; else one drops it that starts a day later. Created: ";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private const string MarkedSql =
        """
        SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database') FROM pg_catalog.pg_database d
        WHERE starts_with(pg_catalog.shobj_description(d.oid, 'pg_database'), $1)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend')
        """;

    /// <summary>The mark of one that is created now.</summary>
    public static string Comment(DateTimeOffset now) => Mark + now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A name that nobody uses.</summary>
    public static string NewName() => $"prodready_drill_{BackupName.NewId()}";

    /// <summary>Drops those that killed processes left. A young one, or one that somebody is connected to, may be another replica's.</summary>
    public static async Task DropLeftoversAsync(DirectConnection server, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await new TargetDatabase(server, "").OpenServerAsync(cancellationToken);
        var names = new List<string>();
        await using (var command = new NpgsqlCommand(MarkedSql, connection))
        {
            command.Parameters.AddWithValue(Mark);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (CreatedAt(reader.GetString(1)) < now - LongestDrill)
                {
                    names.Add(reader.GetString(0));
                }
            }
        }

        foreach (var name in names)
        {
            // One that cannot be dropped is tried again by the next drill, and is no reason not to have this one
            _ = await new TargetDatabase(server, name).TryDropAsync();
        }
    }

    private static DateTimeOffset? CreatedAt(string comment) => DateTimeOffset.TryParseExact(
        comment.AsSpan(Mark.Length), TimeFormat, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var createdAt)
        ? createdAt
        : null;
}
