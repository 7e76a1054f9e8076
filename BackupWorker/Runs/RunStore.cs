using Npgsql;
using NpgsqlTypes;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Owns <c>backups.runs</c>.</summary>
internal sealed class RunStore(NpgsqlDataSource database)
{
    /// <summary>How many runs a listing goes back.</summary>
    private const int ListedRuns = 200;

    /// <summary>A backup is shown without it rather than late.</summary>
    private const int TriggersTimeout = 5;

    /// <summary>Records runs that wait for their turn.</summary>
    public async Task InsertAsync(IReadOnlyList<StartedRun> runs, RunTrigger trigger, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO backups.runs (id, database, status, started_at, trigger)
            SELECT run.id, run.database, 'waiting', $3, $4 FROM unnest($1, $2) AS run (id, database)
            """);
        command.Parameters.AddWithValue(runs.Select(run => run.Id).ToArray());
        command.Parameters.AddWithValue(runs.Select(run => run.Database).ToArray());
        command.Parameters.AddWithValue(runs[0].StartedAt);
        command.Parameters.AddWithValue(trigger.Text());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Records a run that could not start.</summary>
    public async Task InsertFailedAsync(BackupRun run, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO backups.runs (id, database, status, started_at, completed_at, error, trigger)
            VALUES ($1, $2, 'failed', $3, $4, $5, $6)
            -- Its answer may have been lost
            ON CONFLICT (id) DO NOTHING
            """);
        command.Parameters.AddWithValue(run.Id);
        command.Parameters.AddWithValue(run.Database);
        command.Parameters.AddWithValue(run.StartedAt);
        command.Parameters.AddWithValue(run.CompletedAt!.Value);
        command.Parameters.AddWithValue(run.Error!);
        command.Parameters.AddWithValue(run.Trigger);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Tells how far a run is.</summary>
    public async Task ProgressAsync(StartedRun run, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE backups.runs SET status = 'running', stage = $2, bytes_done = $3, bytes_total = $4
            WHERE id = $1 AND status IN ('waiting', 'running')
            """);
        command.Parameters.AddWithValue(run.Id);
        command.Parameters.AddWithValue(run.Progress.Stage.ToString().ToLowerInvariant());
        command.Parameters.AddWithValue(run.Progress.Done);
        command.Parameters.AddWithValue(run.Progress.Total);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a run.</summary>
    /// <param name="id">The run.</param>
    /// <param name="error">Why there is no backup, or nothing if there is one.</param>
    /// <param name="warnings">What the operator should know all the same.</param>
    /// <param name="lacking">The destinations that do not have it.</param>
    /// <param name="completedAt">When it ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CompleteAsync(
        string id,
        string? error,
        IReadOnlyList<string> warnings,
        IEnumerable<string> lacking,
        DateTimeOffset completedAt,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE backups.runs
            SET status = CASE WHEN $2 IS NULL THEN 'ok' ELSE 'failed' END, error = $2, warnings = $3, lacking = $5, completed_at = $4
            -- Whoever took it for dead has said what became of it
            WHERE id = $1 AND status IN ('waiting', 'running')
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = error, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.AddWithValue(warnings.ToArray());
        command.Parameters.AddWithValue(completedAt);
        command.Parameters.AddWithValue(lacking.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The runs that wait or are under way, or whose process ended before it could say how they went; the one under way first.</summary>
    public async Task<IReadOnlyList<string>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id FROM backups.runs WHERE status IN ('waiting', 'running') ORDER BY status, started_at DESC");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Ends the runs whose process ended before it could say how they went. Only the holder of the run lock may call it.</summary>
    /// <returns>Their ids and databases.</returns>
    public async Task<IReadOnlyList<(string Id, string Database)>> InterruptAsync(string error, DateTimeOffset completedAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE backups.runs SET status = 'failed', error = $1, completed_at = $2 WHERE status IN ('waiting', 'running') RETURNING id, database
            """);
        command.Parameters.AddWithValue(error);
        command.Parameters.AddWithValue(completedAt);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<(string Id, string Database)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add((reader.GetString(0), reader.GetString(1)));
        }

        return runs;
    }

    /// <summary>Corrects runs that are said to have failed, and whose backups storage holds all the same.</summary>
    /// <param name="stored">The ids that each destination holds; one that could not be read is left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CorrectAsync(IReadOnlyDictionary<string, IReadOnlySet<string>> stored, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE backups.runs SET status = 'ok', error = NULL, lacking = $2, warnings = $3 WHERE id = $1 AND status = 'failed'
            """);
        var (id, without, warnings) = (new NpgsqlParameter<string>(), new NpgsqlParameter<string[]>(), new NpgsqlParameter<string[]>());
        command.Parameters.Add(id);
        command.Parameters.Add(without);
        command.Parameters.Add(warnings);
        foreach (var one in await FailedAmongAsync([.. stored.Values.SelectMany(ids => ids).Distinct()], cancellationToken))
        {
            id.TypedValue = one;
            without.TypedValue = [.. stored.Where(destination => !destination.Value.Contains(one)).Select(destination => destination.Key)];
            warnings.TypedValue = [.. without.TypedValue.Select(name => $"{name}: The process ended before the backup was there.")];
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// The runs that are over and made no backup, or none in this destination: what it holds of them without a manifest can go. Files
    /// of one that did, and whose manifest somebody lost, can still be rescued by hand; and another stack's are none of our business.
    /// </summary>
    public async Task<IReadOnlySet<string>> AbandonedAsync(string destination, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT coalesce(array_agg(id), '{}') FROM backups.runs WHERE status = 'failed' OR (status = 'ok' AND $1 = ANY (lacking))");
        command.Parameters.AddWithValue(destination);
        return ((string[])(await command.ExecuteScalarAsync(cancellationToken))!).ToHashSet();
    }

    private async Task<string[]> FailedAmongAsync(string[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT coalesce(array_agg(id), '{}') FROM backups.runs WHERE id = ANY ($1) AND status = 'failed'");
        command.Parameters.AddWithValue(ids);
        return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Removes old records. Backups have their own, in storage.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM backups.runs WHERE completed_at < $1");
        command.Parameters.AddWithValue(before);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The newest runs that made no backup, or have not yet.</summary>
    public async Task<IReadOnlyList<BackupRun>> WithoutBackupAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, database, status, started_at, completed_at, error, stage, bytes_done, bytes_total, trigger
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
                ValueOrNull<DateTimeOffset>(reader, 4),
                reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                ValueOrNull<long>(reader, 7),
                ValueOrNull<long>(reader, 8),
                reader.GetString(9)));
        }

        return runs;
    }

    /// <summary>Who wanted the runs of these backups; those that are not recorded are left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> TriggersAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id, trigger FROM backups.runs WHERE id = ANY ($1)");
        command.CommandTimeout = TriggersTimeout;
        command.Parameters.AddWithValue(ids.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var triggers = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            triggers[reader.GetString(0)] = reader.GetString(1);
        }

        return triggers;
    }

    private static T? ValueOrNull<T>(NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
