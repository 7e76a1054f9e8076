using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>The tablespaces that an archive names. A missing one must not stand between an operator and the data.</summary>
internal static class Tablespaces
{
    private const string Sql =
        """
        SELECT coalesce(array_agg(wanted.name ORDER BY wanted.name), '{}')
        FROM unnest($1) AS wanted (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_tablespace t WHERE t.spcname = wanted.name AND has_tablespace_privilege(t.oid, 'CREATE'))
        """;

    /// <summary>Those that the server lacks, or that nothing can be created in.</summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(
        IReadOnlyCollection<string> names, NpgsqlConnection server, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(Sql, server);
        command.Parameters.AddWithValue(names.ToArray());
        return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
