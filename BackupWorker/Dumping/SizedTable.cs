using System.Text.Json.Serialization;
using Npgsql;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>A table or partition that holds rows itself.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Table">Its name.</param>
/// <param name="Size">Its bytes on disk, TOAST included and indexes not.</param>
internal sealed record SizedTable(string Schema, string Table, long Size)
{
    private const string Sql =
        """
        SELECT n.nspname, c.relname, pg_catalog.pg_table_size(c.oid)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r'
          AND c.relpersistence = 'p'
          AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\_%'
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY n.nspname, c.relname
        """;

    /// <summary>The table as pg_dump's patterns name exactly it: within quotes nothing is special but the quote.</summary>
    [JsonIgnore]
    public string Pattern => $"{SqlName.Quote(Schema)}.{SqlName.Quote(Table)}";

    /// <summary>Those of a database, but not those that an extension brings along.</summary>
    public static async Task<IReadOnlyList<SizedTable>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tables = new List<SizedTable>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(new(reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? 0 : reader.GetInt64(2)));
        }

        return tables;
    }
}
