using System.Data;
using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// A moment of the database that both pg_dump and our own queries see, so that the manifest's row counts are exactly the
/// archive's, whatever is written meanwhile.
/// </summary>
internal sealed class DumpSnapshot : IAsyncDisposable
{
    // A role or server may have set limits that suit an application; pg_dump lifts them for itself too. Row security would
    // hide rows from the counts instead of failing.
    private const string LiftLimitsSql =
        """
        SELECT set_config(name, CASE name WHEN 'row_security' THEN 'off' ELSE '0' END, true)
        FROM pg_catalog.pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout', 'row_security')
        """;

    private DumpSnapshot(NpgsqlConnection connection, string id)
    {
        Connection = connection;
        Id = id;
    }

    /// <summary>What pg_dump's <c>--snapshot</c> takes. It is valid until this object is disposed.</summary>
    public string Id { get; }

    /// <summary>The connection whose transaction holds the snapshot.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Takes the connection over, and a snapshot in it.</summary>
    public static async Task<DumpSnapshot> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Ended by closing the connection
        _ = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var limits = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection))
        {
            await limits.ExecuteNonQueryAsync(cancellationToken);
            limits.CommandText = LiftLimitsSql;
            await limits.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var export = new NpgsqlCommand("SELECT pg_catalog.pg_export_snapshot()", connection);
        return new(connection, (string)(await export.ExecuteScalarAsync(cancellationToken))!);
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
