namespace ProdReady.BackupWorker.Tests;

/// <summary>A bit of everything that a dump can get wrong.</summary>
internal static class SampleDatabase
{
    public const string Sql =
        """
        CREATE SCHEMA "odd schema";
        CREATE TABLE customers (
            id serial PRIMARY KEY,
            name text NOT NULL,
            balance numeric(14, 2) NOT NULL CHECK (balance >= 0));
        INSERT INTO customers (name, balance) SELECT 'customer ' || n, n * 1.25 FROM generate_series(1, 1000) n;
        CREATE INDEX ON customers (name);
        CREATE TABLE "odd schema"."naïve ""table"" 名" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "some text" text);
        INSERT INTO "odd schema"."naïve ""table"" 名" ("some text") VALUES
            (E'tab\t newline\n return\r backslash\\ quote'' dot\n\\.\n end'), ('ẞ ñ 名 😀'), (''), (NULL), (E'\u0001\u001f');
        CREATE TABLE files (id int PRIMARY KEY, content bytea NOT NULL);
        INSERT INTO files SELECT n, decode(repeat(md5(n::text), 2000), 'hex') FROM generate_series(1, 20) n;
        CREATE TABLE documents (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            customer int NOT NULL REFERENCES customers,
            content jsonb NOT NULL,
            amount int GENERATED ALWAYS AS ((content ->> 'n')::int) STORED);
        INSERT INTO documents (customer, content) SELECT n, jsonb_build_object('n', n, 'tags', ARRAY['a', '"b"']) FROM generate_series(1, 300) n;
        CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
        CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE TABLE events_other PARTITION OF events DEFAULT;
        INSERT INTO events SELECT date '2025-06-01' + n, 'event ' || n FROM generate_series(1, 500) n;
        CREATE TABLE parent (id int);
        CREATE TABLE child (extra text) INHERITS (parent);
        INSERT INTO parent VALUES (1), (2);
        INSERT INTO child VALUES (3, 'x');
        CREATE TABLE empty (id int);
        CREATE UNLOGGED TABLE scratch (id int);
        INSERT INTO scratch VALUES (1);
        CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS customers FROM customers;
        CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
        SELECT lo_from_bytea(0, decode(repeat('ab', 100000), 'hex'));
        """;

    /// <summary>Every table's name and rows, found by other means than the product's, and a hash over the content of each.</summary>
    public const string FingerprintSql =
        """
        SELECT string_agg(t.schemaname || '.' || t.tablename || ' ' || x.found, E'\n' ORDER BY t.schemaname, t.tablename)
        FROM pg_tables t
        CROSS JOIN LATERAL (
            SELECT (xpath('/row/c/text()', query_to_xml(format(
                'SELECT count(*) || '':'' || coalesce(md5(string_agg(r::text, ''|'' ORDER BY r::text)), '''') AS c FROM %I.%I r',
                t.schemaname, t.tablename), false, true, '')))[1]::text AS found) x
        WHERE t.schemaname NOT IN ('pg_catalog', 'information_schema', 'backups')
        """;
}
