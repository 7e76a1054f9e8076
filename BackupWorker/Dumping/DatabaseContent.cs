using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>The rows of one table.</summary>
internal sealed record TableRows(string Schema, string Table, long Rows);

/// <summary>What a database holds, in numbers that a restore must reproduce.</summary>
/// <param name="Tables">
/// Every table, partition and partitioned table (the latter with the rows of all its partitions, which shows a detached one),
/// but not those that an extension brings along: pg_dump leaves their rows to the extension.
/// </param>
/// <param name="LargeObjects">The number of large objects.</param>
/// <param name="Constraints">The number of constraints.</param>
/// <param name="NotValid">Those of them that are not known to hold for all rows, as <c>schema.table.constraint</c>.</param>
internal sealed record DatabaseContent(
    IReadOnlyList<TableRows> Tables, long LargeObjects, long Constraints, IReadOnlyList<string> NotValid)
{
    // NOT NULL is a constraint from PostgreSQL 18 on only, so that a backup of an older server would differ from itself
    private const string ConstraintsSql =
        """
        SELECT count(*), coalesce(array_agg(format('%s.%s.%s', n.nspname, c.relname, k.conname) ORDER BY n.nspname, c.relname, k.conname)
            FILTER (WHERE NOT k.convalidated), '{}')
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype <> 'n'
          AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\_%'
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        """;

    private const string TablesSql =
        """
        SELECT n.nspname, c.relname, format('SELECT count(*) FROM %s %I.%I', CASE c.relkind WHEN 'r' THEN 'ONLY' ELSE '' END, n.nspname, c.relname)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p')
          AND c.relpersistence <> 't'
          AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\_%'
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY n.nspname, c.relname
        """;

    /// <summary>Counts, in the connection's current transaction, however long it takes.</summary>
    public static async Task<DatabaseContent> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var queries = new List<(string Schema, string Table, string Sql)>();
        await using (var command = new NpgsqlCommand(TablesSql, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                queries.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
            }
        }

        var tables = new List<TableRows>(queries.Count);
        foreach (var (schema, table, sql) in queries)
        {
            tables.Add(new(schema, table, await CountAsync(connection, sql, cancellationToken)));
        }

        var largeObjects = await CountAsync(connection, "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata", cancellationToken);
        var (constraints, notValid) = await ConstraintsAsync(connection, cancellationToken);
        return new(tables, largeObjects, constraints, notValid);
    }

    private static async Task<(long Count, string[] NotValid)> ConstraintsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ConstraintsSql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetFieldValue<string[]>(1));
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
