using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Partitions by the hash of an enumeration's value. That is the hash of a number by which a database knows the value, and another one in each database:
/// pg_dump has their rows come in through the partitioned table, and each partition has others than in the original.
/// </summary>
internal static class EnumPartitions
{
    // What pg_dump asks, too
    private const string Sql =
        """
        SELECT DISTINCT n.nspname, c.relname
        FROM pg_catalog.pg_partitioned_table p
        CROSS JOIN LATERAL pg_catalog.pg_partition_tree(p.partrelid) t
        JOIN pg_catalog.pg_class c ON c.oid = t.relid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE p.partstrat = 'h' AND t.level > 0 AND EXISTS (
            SELECT FROM pg_catalog.pg_opclass o
            JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod
            WHERE m.amname = 'hash' AND o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace AND o.oid = ANY (p.partclass))
        """;

    /// <summary>Those of a database, by schema and name.</summary>
    public static async Task<IReadOnlySet<(string Schema, string Table)>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var partitions = new HashSet<(string, string)>();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            partitions.Add((reader.GetString(0), reader.GetString(1)));
        }

        return partitions;
    }
}
