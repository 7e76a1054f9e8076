using Npgsql;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Owns <c>backups.occurrences</c>: which occurrences of a schedule somebody has taken up, and what is left of them to do.</summary>
internal sealed class OccurrenceStore(NpgsqlDataSource database)
{
    /// <summary>
    /// The newest one of which nothing is left to do. One that failed, or whose process died or was stopped, does not count: the next
    /// start makes up for it.
    /// </summary>
    public async Task<DateTimeOffset?> LastAsync(string job, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT max(occurrence) FROM backups.occurrences WHERE job = $1 AND failed = '{}'");
        command.Parameters.AddWithValue(job);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime last ? new DateTimeOffset(last) : null;
    }

    /// <summary>Takes one up. Only the holder of the job's lock may call it: whoever had it before is dead, or has failed.</summary>
    /// <param name="job">The job.</param>
    /// <param name="occurrence">Which one.</param>
    /// <param name="all">Everything that there is to do.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is left to do: all, or what failed before, or nothing.</returns>
    public async Task<IReadOnlyList<string>> TakeAsync(
        string job, DateTimeOffset occurrence, IReadOnlyList<string> all, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO backups.occurrences AS o (job, occurrence, started_at, failed) VALUES ($1, $2, $4, $3)
            ON CONFLICT (job, occurrence) DO UPDATE
            -- One that is done stays as it is
            SET started_at = CASE WHEN o.failed = '{}' THEN o.started_at ELSE excluded.started_at END,
                ended_at = CASE WHEN o.failed = '{}' THEN o.ended_at END
            RETURNING failed
            """);
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(occurrence);
        command.Parameters.AddWithValue(all.ToArray());
        command.Parameters.AddWithValue(now);
        var left = (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
        return [.. all.Where(left.Contains)];
    }

    /// <summary>Keeps what is left to do, unless somebody else has taken it up since: whoever lost the lock has nothing to say any more.</summary>
    /// <param name="job">The job.</param>
    /// <param name="occurrence">Which one.</param>
    /// <param name="takenAt">The time that it was taken up with.</param>
    /// <param name="failed">What is left.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task EndAsync(
        string job,
        DateTimeOffset occurrence,
        DateTimeOffset takenAt,
        IReadOnlyList<string> failed,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE backups.occurrences SET failed = $3, ended_at = $4 WHERE job = $1 AND occurrence = $2 AND started_at = $5");
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(occurrence);
        command.Parameters.AddWithValue(failed.ToArray());
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(takenAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes old ones.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM backups.occurrences WHERE occurrence < $1");
        command.Parameters.AddWithValue(before);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
