using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>What a role or server may have set that suits an application, and not work that takes hours.</summary>
internal static class TransactionLimits
{
    // pg_dump lifts them for itself too. Row security would hide rows from the counts instead of failing.
    private const string LiftSql =
        """
        SELECT set_config(name, CASE name WHEN 'row_security' THEN 'off' ELSE '0' END, true)
        FROM pg_catalog.pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout', 'row_security')
        """;

    /// <summary>Lifts them for the connection's current transaction.</summary>
    public static async Task LiftAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LiftSql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
