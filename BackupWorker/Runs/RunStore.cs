using Npgsql;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Owns <c>backups.runs</c>.</summary>
internal sealed class RunStore(NpgsqlDataSource database)
{
    /// <summary>How many runs a listing goes back.</summary>
    private const int ListedRuns = 200;

    public async Task InsertAsync(StartedRun run, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO backups.runs (id, database, status, started_at) VALUES ($1, $2, 'running', $3)");
        command.Parameters.AddWithValue(run.Id);
        command.Parameters.AddWithValue(run.Database);
        command.Parameters.AddWithValue(run.StartedAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a run.</summary>
    /// <param name="id">The run.</param>
    /// <param name="error">Why there is no backup, or nothing if there is one.</param>
    /// <param name="completedAt">When it ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CompleteAsync(string id, string? error, DateTimeOffset completedAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE backups.runs
            SET status = CASE WHEN $2 IS NULL THEN 'ok' ELSE 'failed' END, error = $2, completed_at = $3
            WHERE id = $1
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = error, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.AddWithValue(completedAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The runs that are under way, or whose process ended before it could say how they went.</summary>
    public async Task<IReadOnlyList<string>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id FROM backups.runs WHERE status = 'running' ORDER BY started_at DESC");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>The newest runs that made no backup, or have not yet.</summary>
    public async Task<IReadOnlyList<BackupRun>> WithoutBackupAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, database, status, started_at, completed_at, error
            FROM backups.runs
            WHERE status <> 'ok'
            ORDER BY started_at DESC
            LIMIT $1
            """);
        command.Parameters.AddWithValue(ListedRuns);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<BackupRun>();
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(new(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4),
                reader.IsDBNull(5) ? null : reader.GetString(5)));
        }

        return runs;
    }
}
