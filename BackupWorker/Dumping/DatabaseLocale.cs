using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>How a database encodes and sorts text. An archive does not hold it, and a restore into other rules is another database.</summary>
/// <param name="Encoding">Such as <c>UTF8</c>.</param>
/// <param name="Collate">LC_COLLATE.</param>
/// <param name="Ctype">LC_CTYPE.</param>
/// <param name="Provider"><c>c</c> (libc), <c>i</c> (ICU) or <c>b</c> (builtin); libc before PostgreSQL 15.</param>
/// <param name="Locale">The ICU or builtin locale.</param>
internal sealed record DatabaseLocale(string Encoding, string Collate, string Ctype, string Provider, string? Locale)
{
    // The columns differ by major version, which a row as JSON does not mind
    private const string Sql =
        """
        SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
               coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
               coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')
        FROM pg_catalog.pg_database d
        WHERE d.datname = current_database()
        """;

    public static async Task<DatabaseLocale> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(
            reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
            reader.IsDBNull(4) ? null : reader.GetString(4));
    }
}
