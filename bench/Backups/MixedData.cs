using System.Globalization;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Backups;

/// <summary>What a shop's database holds: narrow rows, documents, text that compresses well, files that do not, and indexes.</summary>
internal static class MixedData
{
    private const long DefaultMegabytes = 2_048;
    private const int RowsAtOnce = 50_000;

    /// <summary>How much there is to be, in bytes on the server's disk, indexes not counted.</summary>
    public static long WantedBytes => 1_000_000 * (long.TryParse(
        Environment.GetEnvironmentVariable("BENCH_BACKUP_MB"), CultureInfo.InvariantCulture, out var megabytes) ? megabytes : DefaultMegabytes);

    /// <summary>Fills the database, each table with a quarter.</summary>
    /// <returns>The bytes of the tables.</returns>
    public static async Task<long> CreateAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            """
            CREATE UNLOGGED TABLE narrow (id bigint, account int, amount numeric(12, 2), at timestamptz, kind text);
            CREATE UNLOGGED TABLE documents (id bigint, content jsonb);
            CREATE UNLOGGED TABLE texts (id bigint, content text);
            CREATE UNLOGGED TABLE files (id bigint, content bytea);
            ALTER TABLE files ALTER content SET STORAGE EXTERNAL;
            """,
            cancellationToken);
        await FillAsync(
            database, "narrow",
            "n, (n * 7919) % 100000, (n % 100000) / 7.0, '2026-01-01'::timestamptz + n * interval '1 s', (ARRAY['card', 'transfer', 'airtime'])[1 + n % 3]", cancellationToken);
        await FillAsync(
            database, "documents",
            "n, jsonb_build_object('id', n, 'customer', md5(n::text), 'lines', jsonb_build_array(n % 97, n % 89, 'x' || n), 'note', repeat('as ordered ', (n % 20)::int))",
            cancellationToken);
        await FillAsync(database, "texts", "n, repeat('Dear customer ' || n % 1000 || ', your payment was received. ', 10 + (n % 10)::int)", cancellationToken);
        await FillAsync(
            database, "files", "n, (SELECT string_agg(decode(md5(random()::text || n || g), 'hex'), '') FROM generate_series(1, 250) g)", cancellationToken, 5_000);
        await database.ExecuteAsync(
            """
            ALTER TABLE narrow SET LOGGED; ALTER TABLE documents SET LOGGED; ALTER TABLE texts SET LOGGED; ALTER TABLE files SET LOGGED;
            ALTER TABLE narrow ADD PRIMARY KEY (id); ALTER TABLE documents ADD PRIMARY KEY (id); ALTER TABLE texts ADD PRIMARY KEY (id);
            ALTER TABLE files ADD PRIMARY KEY (id); CREATE INDEX ON narrow (account, at);
            VACUUM ANALYZE;
            """.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            cancellationToken);
        return await database.ScalarAsync<long>(
            "SELECT sum(pg_table_size(oid))::bigint FROM pg_class WHERE relname IN ('narrow', 'documents', 'texts', 'files')", cancellationToken);
    }

    private static async Task FillAsync(BenchDatabase database, string table, string columns, CancellationToken cancellationToken, int rows = RowsAtOnce)
    {
        for (var from = 0L; await database.ScalarAsync<long>($"SELECT pg_table_size('{table}')", cancellationToken) < WantedBytes / 4; from += rows)
        {
            await database.ExecuteAsync($"INSERT INTO {table} SELECT {columns} FROM generate_series({from + 1}::bigint, {from + rows}) n", cancellationToken);
        }
    }

    /// <summary>One after the other: VACUUM stands alone.</summary>
    private static async Task ExecuteAsync(this BenchDatabase database, string[] statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            await database.ExecuteAsync(statement, cancellationToken);
        }
    }
}
