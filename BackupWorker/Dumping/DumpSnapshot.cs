using System.Data;
using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// A moment of the database that both pg_dump and our own queries see, so that the manifest's row counts are exactly the
/// archive's, whatever is written meanwhile.
/// </summary>
internal sealed class DumpSnapshot : IAsyncDisposable
{
    /// <summary>In seconds; something that holds a table for longer than this should not be waited for with other tables held.</summary>
    private const int LockTimeout = 120;

    // Every pg_dump locks its tables when it starts, which is not at once for all of them: nothing may change them in between
    private const string LockSql =
        """
        SELECT format('LOCK TABLE ONLY %I.%I IN ACCESS SHARE MODE', n.nspname, c.relname)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p')
          AND c.relpersistence <> 't'
          AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\_%'
          AND has_table_privilege(c.oid, 'SELECT')
        """;

    // A server that was promoted or is one's own goes on writing; one that follows another is only as far as it has come
    private const string WalSql =
        """
        SELECT (CASE WHEN pg_catalog.pg_is_in_recovery()
            THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END)::text
        """;

    private DumpSnapshot(NpgsqlConnection connection, string id, string walPosition)
    {
        Connection = connection;
        Id = id;
        WalPosition = walPosition;
    }

    /// <summary>Where the write-ahead log was when it was taken, or shortly before.</summary>
    public string WalPosition { get; }

    /// <summary>What pg_dump's <c>--snapshot</c> takes. It is valid until this object is disposed.</summary>
    public string Id { get; }

    /// <summary>The connection whose transaction holds the snapshot.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Takes the connection over, and a snapshot in it.</summary>
    public static async Task<DumpSnapshot> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Ended by closing the connection
        _ = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection))
        {
            await readOnly.ExecuteNonQueryAsync(cancellationToken);
        }

        await TransactionLimits.LiftAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(WalSql, connection);
        var walPosition = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        command.CommandText = "SELECT pg_catalog.pg_export_snapshot()";
        var id = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        await LockTablesAsync(connection, cancellationToken);
        return new(connection, id, walPosition);
    }

    private static async Task LockTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var statements = new List<string>();
        await using var command = new NpgsqlCommand(LockSql, connection);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                statements.Add(reader.GetString(0));
            }
        }

        if (statements.Count > 0)
        {
            command.CommandText = string.Join(';', statements);
            command.CommandTimeout = LockTimeout;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
