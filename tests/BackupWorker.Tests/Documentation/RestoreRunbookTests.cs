using Npgsql;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Tests.Restoring;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Documentation;

/// <summary><c>docs/restore.md</c>, word for word: only names of databases, folders and the key are others.</summary>
[Collection(OtherServerTests.OneTablespace)]
public sealed class RestoreRunbookTests(DataStores stores)
{
    private const string Sql =
        """
        CREATE ROLE {0};
        CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, changed_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customers);
        INSERT INTO customers (name) SELECT 'customer ' || n FROM generate_series(1, 1000) n;
        INSERT INTO orders (customer) SELECT n FROM generate_series(1, 1000) n;
        GRANT SELECT ON customers TO {0};
        """;

    // The locale's column is another in each major version, which a row as JSON does not mind
    private const string LocaleSql =
        """
        SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale')
        FROM pg_database d WHERE datname = current_database()
        """;

    /// <summary>The kinds of blocks that the pages have; those with a name are run by tests of their own.</summary>
    private static readonly string[] Blocks =
        ["```text", "```sql tested", "```sh tested", "```sh tested rows", "```sh tested undo", "```sh tested start", "```sh tested base"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_change_is_undone()
    {
        await using var shop = await Shop.CreateAsync(stores);
        await BackupsFixture.ExecuteAsync(shop.ConnectionString, "DELETE FROM orders; DELETE FROM customers WHERE id > 10");
        var section = await Runbook.ReadAsync("A bad change");

        await shop.FollowAsync(section.Main);

        Assert.Equal(1000, await shop.CustomersAsync());
        Assert.Equal(10, await shop.CustomersAsync("_damaged"));

        await shop.FollowAsync(section.Only("undo"));

        Assert.Equal(10, await shop.CustomersAsync());
        Assert.Equal(1000, await shop.CustomersAsync("_restored"));
    }

    [Fact]
    public async Task Lost_rows_are_copied_back_and_what_came_since_stays()
    {
        await using var shop = await Shop.CreateAsync(stores);
        await BackupsFixture.ExecuteAsync(
            shop.ConnectionString,
            """
            INSERT INTO customers (name) VALUES ('new since the backup');
            UPDATE customers SET name = 'changed since the backup' WHERE id = 5;
            DELETE FROM orders;
            DELETE FROM customers WHERE id BETWEEN 11 AND 1000;
            """);

        await shop.FollowAsync((await Runbook.ReadAsync("A bad change")).Until("rows"));

        Assert.Equal(1001, await shop.CustomersAsync());
        Assert.Equal(
            "changed since the backup, customer 11, new since the backup",
            await BackupsFixture.ScalarAsync<string>(
                shop.ConnectionString, "SELECT string_agg(name, ', ' ORDER BY id) FROM customers WHERE id IN (5, 11, 1001)"));
        // A sequence that was set back would give the newest rows' numbers again
        Assert.Equal(
            1002, await BackupsFixture.ScalarAsync<int>(shop.ConnectionString, "INSERT INTO customers (name) VALUES ('the next one') RETURNING id"));
    }

    [Fact]
    public async Task Every_block_is_tested()
    {
        foreach (var page in new[] { "restore.md", "backup-point-in-time.md" })
        {
            var lines = await File.ReadAllLinesAsync(Path.Combine(Checkout.Directory, "docs", page), Cancelled);

            var blocks = lines.Select(line => line.Trim()).Where(line => line.StartsWith("```", StringComparison.Ordinal) && line.Length > 3);
            Assert.All(blocks, block => Assert.Contains(block, Blocks));
        }
    }

    [Fact]
    public async Task Another_machine_needs_storage_alone()
    {
        await using var shop = await Shop.CreateAsync(stores);
        await using var machine = await PostgresProcess.StartAsync();

        await shop.FollowAsync(await Runbook.ReadAsync("Another machine"), machine.ConnectionString);

        var restored = new NpgsqlConnectionStringBuilder(machine.ConnectionString) { Database = shop.Name }.ConnectionString;
        Assert.Equal(1000, await BackupsFixture.ScalarAsync<long>(restored, "SELECT count(*) FROM orders JOIN customers c ON c.id = customer"));
    }

    [Fact]
    public async Task A_lost_key_is_named()
    {
        await using var shop = await Shop.CreateAsync(stores);

        await shop.FollowAsync(await Runbook.ReadAsync("A lost key"));
    }

    /// <summary>Neither is what a server of these tests gives to a new database by itself.</summary>
    [Theory]
    [InlineData("LOCALE 'C.UTF-8'")]
    [InlineData("LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'de-u-kn-true'")]
    public async Task Plain_tools_are_enough(string locale)
    {
        await using var shop = await Shop.CreateAsync(stores, locale);
        foreach (var (program, arguments) in new[] { ("python3", new[] { "-c", "import cryptography" }), ("zstd", ["--version"]) })
        {
            var found = Programs.Find(program);
            var works = found is not null
                && (await Programs.RunAsync(new() { Name = program, FileName = found, Arguments = arguments }, Cancelled)).ExitCode == 0;
            Assert.SkipUnless(works, $"{program} {string.Join(' ', arguments)} does not work here");
        }

        var format = await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "docs", "backup-format.md"), Cancelled);
        await File.WriteAllTextAsync(
            Path.Combine(shop.Fixture.Root, "decrypt.py"), format.Split("```python\n")[1].Split("```")[0], Cancelled);
        await using var machine = await PostgresProcess.StartAsync();

        await shop.FollowAsync(await Runbook.ReadAsync("By hand"), machine.ConnectionString);

        var restored = new NpgsqlConnectionStringBuilder(machine.ConnectionString) { Database = shop.Name + "_by_hand" }.ConnectionString;
        Assert.Equal(
            $"1000 {shop.Role}",
            await BackupsFixture.ScalarAsync<string>(
                restored,
                "SELECT (SELECT count(*) FROM orders JOIN customers c ON c.id = customer) || ' ' "
                + "|| (SELECT grantee FROM information_schema.role_table_grants WHERE table_name = 'customers' AND grantee LIKE 'shop%')"));
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(shop.ConnectionString, LocaleSql), await BackupsFixture.ScalarAsync<string>(restored, LocaleSql));
        Assert.NotEqual(
            await BackupsFixture.ScalarAsync<string>(machine.ConnectionString, LocaleSql), await BackupsFixture.ScalarAsync<string>(restored, LocaleSql));
    }

    [Fact]
    public async Task Failures_show()
    {
        await using var shop = await Shop.CreateAsync(stores);

        await shop.FollowAsync(await Runbook.ReadAsync("Signs of failure"));
    }

    /// <summary>The shop of the page: its database, and a backup of it.</summary>
    private sealed class Shop(BackupsFixture fixture, string name, string bin) : IAsyncDisposable
    {
        private readonly string _key = ArchiveKeys.Generate(TimeProvider.System);

        public BackupsFixture Fixture => fixture;

        public string Name => name;

        public string Role => $"shop_reader_{name[5..]}";

        public string ConnectionString => fixture.ConnectionTo(name);

        public Task<long> CustomersAsync(string suffix = "") =>
            BackupsFixture.ScalarAsync<long>(fixture.ConnectionTo(name + suffix), "SELECT count(*) FROM customers");

        public static async Task<Shop> CreateAsync(DataStores stores, string locale = "")
        {
            var fixture = await BackupsFixture.CreateAsync(stores);
            var shop = new Shop(fixture, $"shop_{Guid.NewGuid():N}"[..13], stores.PostgresBin);
            await fixture.ExecuteAsync($"CREATE DATABASE {shop.Name} TEMPLATE template0 {locale}");
            await BackupsFixture.ExecuteAsync(shop.ConnectionString, Sql.Replace("{0}", shop.Role, StringComparison.Ordinal));
            await using var app = fixture.Start(connection: shop.ConnectionString, settings: [("Backups:Encryption:Keys", shop._key)]);
            Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
            return shop;
        }

        /// <summary>Follows what comes before all sections, and then one.</summary>
        /// <param name="page">The section.</param>
        /// <param name="server">Another server than the shop's own, which is then gone.</param>
        public async Task FollowAsync(Runbook page, string? server = null)
        {
            var settings = new NpgsqlConnectionStringBuilder(server ?? ConnectionString);
            var (host, port, user) = (settings.Host!, $"{settings.Port}", settings.Username!);
            // The page's own folders first: what takes their place may lie in one of them
            var runbook = new Runbook([.. (await Runbook.ReadAsync("Before you begin")).Steps, .. page.Steps])
                .With(
                    ("shop", name), ("shop_restored", $"{name}_restored"), ("shop_damaged", $"{name}_damaged"), ("shop_by_hand", $"{name}_by_hand"),
                    ("2026-11", _key.Split(':')[0]))
                .Replace("/tmp/", fixture.Root + "/")
                .Replace("/mnt/backups", Path.Combine(fixture.Root, "copied"))
                .Replace("/app/BackupWorker", Path.Combine(AppContext.BaseDirectory, "BackupWorker"))
                .Replace("PGHOST=db.example PGPORT=5432 PGUSER=postgres PGPASSWORD='...'", $"PGHOST={host} PGPORT={port} PGUSER={user} PGPASSWORD='{settings.Password}'")
                .Replace("postgres://postgres@new.example:5432/", $"postgres://{user}@{host}:{port}/");
            await runbook.FollowAsync(fixture.Root, new()
            {
                ["DATABASE_URL"] = server is null ? $"postgres://{host}:{port}/{name}" : "postgres://gone.invalid/shop",
                ["BACKUP_DIR"] = fixture.Directory,
                ["OLD_BACKUP_DIR"] = fixture.Directory,
                ["BACKUP_ENCRYPTION_KEY"] = _key,
                ["POSTGRES_BIN"] = bin,
                ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
                // Only the page may say where the server is
                ["PGHOST"] = null,
                ["PGPORT"] = null,
                ["PGUSER"] = null,
                ["PGPASSWORD"] = null,
            });
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var database in new[] { "", "_restored", "_damaged", "_by_hand" })
            {
                await fixture.ExecuteAsync($"DROP DATABASE IF EXISTS {name}{database} WITH (FORCE)");
            }

            await fixture.ExecuteAsync($"DROP ROLE IF EXISTS {Role}");
            await fixture.DisposeAsync();
        }
    }
}
