using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// What belongs to a database itself: its owner (to whom the schema <c>public</c> belongs), privileges, limit of connections, settings and
/// comment. One that takes another's place without them would refuse the application. An archive holds them, for whoever has
/// pg_restore create the database; a swap takes those of the database that it replaces.
/// </summary>
internal static class DatabaseProperties
{
    // Settings that are lists are kept as they are to be written, all others as plain values: pg_dump makes the same difference.
    // What the backup gave the restored one goes first: the live one may have lost it on purpose since
    private const string Sql =
        """
        WITH d AS (SELECT * FROM pg_catalog.pg_database WHERE datname = $1), restored AS (SELECT * FROM pg_catalog.pg_database WHERE datname = $2)
        SELECT statement FROM (
            SELECT 1 AS step, format('ALTER DATABASE %I OWNER TO %I', $2::text, r.rolname) AS statement
            FROM d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba
            UNION ALL
            SELECT 2, format('ALTER DATABASE %I CONNECTION LIMIT %s', $2::text, d.datconnlimit)
            FROM d, restored WHERE d.datconnlimit <> restored.datconnlimit
            UNION ALL
            SELECT 2, format('COMMENT ON DATABASE %I IS %L', $2::text, shobj_description(d.oid, 'pg_database'))
            FROM d, restored WHERE shobj_description(d.oid, 'pg_database') IS DISTINCT FROM shobj_description(restored.oid, 'pg_database')
            UNION ALL
            SELECT 3, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2::text) FROM d, restored WHERE d.datacl IS NOT NULL OR restored.datacl IS NOT NULL
            UNION ALL
            SELECT DISTINCT 3, format('REVOKE ALL ON DATABASE %I FROM %I CASCADE', $2::text, r.rolname)
            FROM restored CROSS JOIN LATERAL aclexplode(restored.datacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
            WHERE a.grantee <> restored.datdba
            UNION ALL
            SELECT 4, format(
                'GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2::text, coalesce(quote_ident(r.rolname), 'PUBLIC'),
                CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM d CROSS JOIN restored CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
            WHERE d.datacl IS NOT NULL OR restored.datacl IS NOT NULL
            UNION ALL
            SELECT 5, format(
                'ALTER %s RESET ALL',
                CASE WHEN s.setrole = 0 THEN format('DATABASE %I', $2::text) ELSE format('ROLE %I IN DATABASE %I', r.rolname, $2::text) END)
            FROM restored
            JOIN pg_catalog.pg_db_role_setting s ON s.setdatabase = restored.oid
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
            UNION ALL
            SELECT 6, format(
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
            if (await TryAsync(server, statement, cancellationToken) is { } error)
            {
                progress.Say($"Not carried over ({statement.Split(" TO ")[0].Split(" IS ")[0]}): {error}.");
            }
        }
    }

    /// <summary>Gives a restored database some of what the archive says of it; what cannot be given is told, and stands in nobody's way.</summary>
    public static async Task ApplyAsync(
        NpgsqlConnection server, IEnumerable<DatabaseStatement> statements, RestoreProgress progress, CancellationToken cancellationToken)
    {
        foreach (var statement in statements.OrderBy(statement => statement.Kind))
        {
            if (await TryAsync(server, statement.Sql, cancellationToken) is { } error)
            {
                progress.Say($"Warning: not restored ({statement.What}): {error}.");
            }
        }
    }

    /// <returns>Why not, or nothing. A setting can be a secret, and is not in that.</returns>
    private static async Task<string?> TryAsync(NpgsqlConnection server, string sql, CancellationToken cancellationToken) =>
        await SecretStatement.TryAsync(server, sql, cancellationToken) switch
        {
            null => null,
            // Only what is missing or forbidden is told by its name; other messages repeat the value
            { SqlState: PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InsufficientPrivilege } refusal => refusal.MessageText,
            var refusal => $"the server refuses it ({refusal.SqlState})",
        };
}
