using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class RestoreTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restored_database_equals_the_one_that_was_backed_up()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        var backup = await BackupsFixture.BackUpAsync(client);
        var target = fixture.Target($"re\"stored ='{Guid.NewGuid().ToString("N")[..8]}\\ ü");

        var result = await BackupsFixture.RestoreAsync(app, backup.GetProperty("id").GetString()!, target.Name);

        Assert.Equal(RestoreVerdict.Restored, result.Verdict);
        Assert.All(result.Tables!, table => Assert.True(table.Equal));
        Assert.Equal(
            [
                "backups.manifests", "backups.occurrences", "backups.removals", "backups.runs", "backups.schema_versions", "odd schema.naïve \"table\" 名", "public.child", "public.customers",
                "public.documents", "public.empty", "public.events", "public.events_2025", "public.events_2026",
                "public.events_other", "public.files", "public.parent", "public.scratch", "(large objects)",
            ],
            result.Tables!.Select(table => table.Name));
        Assert.Equal(500, result.Tables!.Single(table => table.Name == "public.events").Restored);
        Assert.Equal(2, result.Tables!.Single(table => table.Name == "public.parent").Restored);
        Assert.Equal(1, result.Tables!.Single(table => table.Name == "(large objects)").Restored);
        var original = await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, SampleDatabase.FingerprintSql);
        Assert.Equal(original, await BackupsFixture.ScalarAsync<string>(target.ConnectionString, SampleDatabase.FingerprintSql));
        Assert.Equal(12, original.Split('\n').Length);
        Assert.Equal(84, await BackupsFixture.ScalarAsync<int>(target.ConnectionString, "SELECT twice(42)"));
    }

    /// <summary>So that nothing has to write many rows' pages again, neither the first reader nor VACUUM; where it can be.</summary>
    [Fact]
    public async Task Many_rows_are_restored_frozen()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(
            """
            CREATE EXTENSION pg_visibility;
            CREATE TABLE "ma""ny" (id int, content text);
            ALTER TABLE "ma""ny" ALTER content SET STORAGE EXTERNAL;
            INSERT INTO "ma""ny" SELECT n, CASE WHEN n % 100 = 0 THEN repeat('x', 5000) END FROM generate_series(1, 20000) n;

            -- pg_dump has its partitions filled through it, as the numbers of an enumeration's values decide, which are others in the new database
            CREATE TYPE mood AS ENUM ('good', 'bad', 'so so');
            CREATE TABLE hashed (mood mood, id int) PARTITION BY HASH (mood);
            CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            INSERT INTO hashed SELECT (ARRAY['good', 'bad', 'so so'])[1 + n % 3]::mood, n FROM generate_series(1, 40000) n;

            -- As a statement does not see its own rows, these are right: frozen ones it would see
            CREATE TABLE pairs (id int, number int);
            CREATE FUNCTION is_new(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT NOT EXISTS (SELECT FROM public.pairs WHERE number = $1)';
            ALTER TABLE pairs ADD CHECK (is_new(number));
            INSERT INTO pairs SELECT n, n % 5000 FROM generate_series(1, 10000) n;
            """);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        Assert.Equal(RestoreVerdict.Restored, result.Verdict);
        Assert.Equal(["public.hashed: 40000", "public.ma\"ny: 20000", "public.pairs: 10000"], result.Tables!
            .Where(table => table.Name.StartsWith("public.", StringComparison.Ordinal)).Select(table => $"{table.Name}: {table.Restored}"));
        Assert.Equal("\"ma\"\"ny\"", await BackupsFixture.ScalarAsync<string>(
            target.ConnectionString,
            """
            SELECT string_agg(oid::regclass::text, ', ')
            FROM pg_class, pg_visibility_map_summary(oid)
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND all_frozen = pg_relation_size(oid) / 8192 AND all_frozen > 0
            """));
    }

    [Fact]
    public async Task Encoding_and_sorting_are_the_original_ones()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var latin = fixture.Target();
        await fixture.ExecuteAsync(
            $"CREATE DATABASE \"{latin.Name}\" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
        var app = fixture.Start(connection: latin.ConnectionString);
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.ExecuteAsync(latin.ConnectionString, "CREATE TABLE t AS SELECT 'é'::text AS letter");
        await BackupsFixture.BackUpAsync(client);
        var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        Assert.Equal(RestoreVerdict.Restored, result.Verdict);
        Assert.Equal("LATIN1 C", await BackupsFixture.ScalarAsync<string>(
            target.ConnectionString,
            "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = current_database()"));
        Assert.Equal("é", await BackupsFixture.ScalarAsync<string>(target.ConnectionString, "SELECT letter FROM t"));
    }

    [Fact]
    public async Task An_existing_database_is_refused_and_untouched()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        await fixture.ExecuteAsync("INSERT INTO customers (name, balance) VALUES ('new', 1)");

        var result = await BackupsFixture.RestoreAsync(app, id, fixture.Database.Name);

        Assert.Equal(RestoreVerdict.TargetExists, result.Verdict);
        Assert.Equal(
            $"The database '{fixture.Database.Name}' exists and was not touched: a restore always creates a new one. Name another.",
            result.Message);
        Assert.Equal(1001, await BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, "SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task A_flipped_bit_is_found_and_nothing_stays()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        await BackupsFixture.GarbleAsync(fixture.FileOf("data-01"));
        var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, id, target.Name);

        Assert.Equal(RestoreVerdict.Corrupt, result.Verdict);
        Assert.EndsWith($" The new database '{target.Name}' was dropped again.", result.Message, StringComparison.Ordinal);
        Assert.False(await fixture.ExistsAsync(target.Name));
    }

    [Fact]
    public async Task A_truncated_archive_is_listed_as_corrupt_and_not_restored()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        await using (var archive = File.OpenWrite(fixture.FileOf("data-01")))
        {
            archive.SetLength(archive.Length - 1);
        }

        var target = fixture.Target();
        var result = await BackupsFixture.RestoreAsync(app, id, target.Name);
        var latest = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        Assert.Equal(RestoreVerdict.Corrupt, result.Verdict);
        Assert.Equal(RestoreVerdict.NotFound, latest.Verdict);
        Assert.False(await fixture.ExistsAsync(target.Name));
        Assert.Equal("corrupt", (await BackupsFixture.WhenEndedAsync(client, id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task That_the_newest_backup_cannot_be_used_is_told_where_an_older_one_is_restored()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var time = new SetClock { Now = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero) };
        var app = fixture.Start(services => services.AddSingleton<TimeProvider>(time));
        var older = Assert.Single(await app.BackUpNowAsync()).Run;
        time.Now = time.Now.AddDays(1);
        var newer = Assert.Single(await app.BackUpNowAsync()).Run;
        await File.WriteAllTextAsync(Path.Combine(fixture.Directory, newer.Name.ManifestFile), "{}", Cancelled);
        await using var target = fixture.Target();
        var said = new List<string>();

        var result = await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(BackupChoice.Latest, target.Name), new(said.Add), Cancelled);

        Assert.Equal((RestoreVerdict.Restored, older.Id), (result.Verdict, result.Id));
        Assert.Equal(
            $"Warning: {fixture.Directory} has a newer backup, {newer.Name}, which is damaged or cannot be read now. An older one is restored: {older.Name}.",
            said[0]);
    }

    [Fact]
    public async Task A_restore_that_fails_drops_what_it_created()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        var app = fixture.Start(FakeTools.Create(
            fixture.Root, "pg_restore", "head -c 5000 | \"$real\" \"$@\"; echo 'pg_restore: error: simulated' >&2; exit 1"));
        var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, id, target.Name);

        Assert.Equal(RestoreVerdict.Failed, result.Verdict);
        Assert.Matches("^pg_restore failed with exit code 1\\. .*simulated The new database '.*' was dropped again\\.$", result.Message);
        Assert.False(await fixture.ExistsAsync(target.Name));
    }

    [Fact]
    public async Task Rows_that_are_missing_after_a_restore_are_reported()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        var app = fixture.Start(FakeTools.Create(fixture.Root, "pg_restore", "case \"$*\" in *--section=*) exec \"$real\" \"$@\" ;; *) exec cat > /dev/null ;; esac"));
        var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, id, target.Name);

        Assert.Equal(RestoreVerdict.RowsDiffer, result.Verdict);
        Assert.Equal(
            $"Row counts differ from the backup's. '{target.Name}' is left for you to look at; remove it with: DROP DATABASE \"{target.Name}\";",
            result.Message);
        Assert.Equal(new("public.customers", 1000, 0), result.Tables!.Single(table => table.Name == "public.customers"));
    }

    [Fact]
    public async Task Storage_alone_suffices_when_the_database_is_lost()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var lost = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{lost.Name}\"");
        var app = fixture.Start(connection: lost.ConnectionString);
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.ExecuteAsync(lost.ConnectionString, SampleDatabase.Sql);
        var original = await BackupsFixture.ScalarAsync<string>(lost.ConnectionString, SampleDatabase.FingerprintSql);
        await BackupsFixture.BackUpAsync(client);
        await fixture.ExecuteAsync($"DROP DATABASE \"{lost.Name}\" WITH (FORCE)");

        // Into its old name, since that is what the application connects to
        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, lost.Name);

        Assert.Equal(RestoreVerdict.Restored, result.Verdict);
        Assert.Equal(original, await BackupsFixture.ScalarAsync<string>(lost.ConnectionString, SampleDatabase.FingerprintSql));
    }
}
