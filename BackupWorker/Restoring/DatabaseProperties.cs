using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// What belongs to a database and is in no dump of it: its owner (to whom the schema <c>public</c> belongs), privileges, limit of
/// connections and settings. One that takes another's place without them would refuse the application.
/// </summary>
internal static class DatabaseProperties
{
    // Settings that are lists are kept as they are to be written, all others as plain values: pg_dump makes the same difference
    private const string Sql =
        """
        WITH d AS (SELECT * FROM pg_catalog.pg_database WHERE datname = $1)
        SELECT statement FROM (
            SELECT 1 AS step, format('ALTER DATABASE %I OWNER TO %I', $2::text, r.rolname) AS statement
            FROM d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba
            UNION ALL
            SELECT 2, format('ALTER DATABASE %I CONNECTION LIMIT %s', $2::text, datconnlimit) FROM d WHERE datconnlimit >= 0
            UNION ALL
            SELECT 3, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2::text) FROM d WHERE datacl IS NOT NULL
            UNION ALL
            SELECT 4, format(
                'GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2::text, coalesce(quote_ident(r.rolname), 'PUBLIC'),
                CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM d CROSS JOIN LATERAL aclexplode(d.datacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
            UNION ALL
            SELECT 5, format(
                'ALTER %s SET %I TO %s',
                CASE WHEN s.setrole = 0 THEN format('DATABASE %I', $2::text) ELSE format('ROLE %I IN DATABASE %I', r.rolname, $2::text) END,
                split_part(setting, '=', 1),
                CASE
                    WHEN split_part(setting, '=', 1) IN (
                        'local_preload_libraries', 'search_path', 'session_preload_libraries', 'shared_preload_libraries',
                        'temp_tablespaces', 'unix_socket_directories')
                    THEN substring(setting FROM '=(.*)$')
                    ELSE quote_literal(substring(setting FROM '=(.*)$'))
                END)
            FROM d
            JOIN pg_catalog.pg_db_role_setting s ON s.setdatabase = d.oid
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
            CROSS JOIN LATERAL unnest(s.setconfig) setting
        ) statements
        ORDER BY step
        """;

    /// <summary>Gives <paramref name="to"/> what <paramref name="from"/> has; what cannot be given is told.</summary>
    public static async Task CopyAsync(
        NpgsqlConnection server, string from, string to, RestoreProgress progress, CancellationToken cancellationToken)
    {
        var statements = new List<string>();
        await using (var command = new NpgsqlCommand(Sql, server))
        {
            command.Parameters.AddWithValue(from);
            command.Parameters.AddWithValue(to);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                statements.Add(reader.GetString(0));
            }
        }

        foreach (var statement in statements)
        {
            try
            {
                await using var command = new NpgsqlCommand(statement, server);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (PostgresException exception)
            {
                // Not the value: a setting can be a secret
                progress.Say($"Not carried over ({statement.Split(" TO ")[0]}): {exception.MessageText}.");
            }
        }
    }
}
