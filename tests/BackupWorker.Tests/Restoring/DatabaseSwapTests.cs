using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>Restored databases that take the name of the one that they replace.</summary>
public sealed class DatabaseSwapTests(DataStores stores)
{
    private static readonly DateTimeOffset Time = new(2026, 11, 28, 2, 3, 4, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_home_database_is_replaced_under_the_feet_of_its_users_and_kept()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var owner = $"owner_{Guid.NewGuid().ToString("N")[..8]}";
        var current = fixture.Database.Name;
        await fixture.ExecuteAsync(
            $"""
            CREATE TABLE t AS SELECT 1 AS n;
            CREATE ROLE {owner} LOGIN;
            ALTER DATABASE {current} OWNER TO {owner};
            ALTER DATABASE {current} SET search_path TO "$user", public, other;
            ALTER DATABASE {current} SET work_mem TO '5MB';
            ALTER DATABASE {current} CONNECTION LIMIT 90;
            GRANT CREATE ON DATABASE {current} TO PUBLIC;
            GRANT CREATE ON DATABASE {current} TO pg_monitor WITH GRANT OPTION;
            ALTER ROLE {owner} IN DATABASE {current} SET work_mem TO '6MB';
            COMMENT ON DATABASE {current} IS 'the backup''s';
            """);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        await fixture.ExecuteAsync("INSERT INTO t VALUES (2)");
        // What was changed since the backup stays as it is
        await fixture.ExecuteAsync(
            $"""
            ALTER DATABASE {current} RESET work_mem;
            ALTER ROLE {owner} IN DATABASE {current} RESET work_mem;
            ALTER DATABASE {current} CONNECTION LIMIT -1;
            REVOKE CREATE ON DATABASE {current} FROM PUBLIC;
            REVOKE ALL ON DATABASE {current} FROM pg_monitor;
            COMMENT ON DATABASE {current} IS 'the live one''s';
            """);
        var properties = await PropertiesAsync(fixture, current);
        await using var application = new NpgsqlConnection(fixture.Database.ConnectionString + ";Pooling=false");
        await application.OpenAsync(Cancelled);
        var target = fixture.Target();
        var said = new List<string>();

        var result = await RestoreAsync(app.Services, target.Name, said);

        await using var kept = fixture.Target(result.KeptAs);
        Assert.Equal((RestoreVerdict.Restored, current), (result.Verdict, result.Target));
        Assert.Matches($"^{current}_before_[0-9]{{14}}$", result.KeptAs);
        Assert.Equal(
            $"Backup {result.Id} is restored and is '{current}' now: all row counts are equal. What had that name is kept as '{result.KeptAs}'.",
            result.Message);
        Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, "SELECT count(*) FROM t"));
        Assert.Equal(2, await BackupsFixture.ScalarAsync<long>(kept.ConnectionString, "SELECT count(*) FROM t"));
        Assert.Equal(properties, await PropertiesAsync(fixture, current));
        Assert.DoesNotContain(said, line => line.StartsWith("Not carried over", StringComparison.Ordinal));
        Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, "SELECT count(*) FROM pg_stats WHERE tablename = 't'"));
        Assert.Equal(
            $"Ending the sessions of '{current}' and '{target.Name}', and renaming. To undo it, when nobody is connected: BEGIN; "
            + $"ALTER DATABASE \"{current}\" RENAME TO \"{target.Name}\"; ALTER DATABASE \"{kept.Name}\" RENAME TO \"{current}\"; COMMIT;",
            said[^1]);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await using var command = new NpgsqlCommand("SELECT 1", application);
            await command.ExecuteScalarAsync(Cancelled);
        });

        // The service itself goes on in the new one
        Assert.Equal("ok", (await BackupsFixture.BackUpAsync(client)).GetProperty("status").GetString());
        await app.DisposeAsync();
        await fixture.ExecuteAsync($"ALTER DATABASE {current} OWNER TO CURRENT_USER; ALTER DATABASE \"{kept.Name}\" OWNER TO CURRENT_USER; DROP ROLE {owner}");
    }

    [Fact]
    public async Task A_database_that_is_gone_is_replaced_too()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var lost = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{lost.Name}\"");
        var app = fixture.Start(connection: lost.ConnectionString);
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.ExecuteAsync(lost.ConnectionString, "CREATE TABLE t AS SELECT 1 AS n");
        await fixture.ExecuteAsync($"ALTER DATABASE \"{lost.Name}\" CONNECTION LIMIT 77");
        await BackupsFixture.BackUpAsync(client);
        await fixture.ExecuteAsync($"DROP DATABASE \"{lost.Name}\" WITH (FORCE)");

        var said = new List<string>();

        var result = await RestoreAsync(app.Services, fixture.Target().Name, said);

        Assert.Equal((RestoreVerdict.Restored, lost.Name, null), (result.Verdict, result.Target, result.KeptAs));
        Assert.DoesNotContain(said, line => line.Contains("Warning", StringComparison.Ordinal));
        Assert.Equal(77, await BackupsFixture.ScalarAsync<int>(
            fixture.Database.ConnectionString, $"SELECT datconnlimit FROM pg_database WHERE datname = '{lost.Name}'"));
        Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(lost.ConnectionString, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task What_cannot_be_renamed_stays_as_it_was_and_takes_connections_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        var target = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{target.Name}\"");
        var swap = new DatabaseSwap(app.Services.GetRequiredService<NpgsqlDataSource>(), new FakeTimeProvider(Time));
        await using var taken = fixture.Target(DatabaseSwap.NameToKeep(fixture.Database.Name, Time));
        await fixture.ExecuteAsync($"CREATE DATABASE \"{taken.Name}\"");

        var result = await swap.RunAsync(
            app.Services.GetRequiredService<BackupSources>().Home, fixture.Database.Name, target.Name, new(_ => { }), Cancelled);

        Assert.Equal($"Nothing was renamed. The database answered: database \"{taken.Name}\" already exists (42P04).", result.Error);
        Assert.Equal(fixture.Database.Name, await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT current_database()::text"));
        Assert.Equal(target.Name, await BackupsFixture.ScalarAsync<string>(target.ConnectionString, "SELECT current_database()::text"));
    }

    [Fact]
    public async Task A_restored_database_that_is_gone_takes_no_name_even_one_that_nobody_has()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var services = fixture.Start().Services;
        var (gone, nobody) = (fixture.Target().Name, fixture.Target().Name);
        var swap = new DatabaseSwap(services.GetRequiredService<NpgsqlDataSource>(), new FakeTimeProvider(Time));
        var said = new List<string>();

        foreach (var current in new[] { nobody, fixture.Database.Name })
        {
            var result = await swap.RunAsync(services.GetRequiredService<BackupSources>().Home, current, gone, new(said.Add), Cancelled);

            Assert.Equal(new(null, $"Nothing was renamed: '{gone}' is gone."), result);
        }

        Assert.Empty(said);
    }

    /// <summary>What the swap relies on, and what no documentation promises.</summary>
    [Fact]
    public async Task Half_of_a_renaming_is_none()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var name = fixture.Database.Name;
        await using var session = new NpgsqlConnection(fixture.ConnectionTo("postgres") + ";Pooling=false");
        await session.OpenAsync(Cancelled);
        await using (await session.BeginTransactionAsync(Cancelled))
        {
            await using var rename = new NpgsqlCommand($"ALTER DATABASE {name} RENAME TO {name}_kept", session);
            await rename.ExecuteNonQueryAsync(Cancelled);
        }

        Assert.Equal(name, await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT current_database()::text"));
    }

    [Fact]
    public async Task Rows_that_are_missing_are_not_swapped_in()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS n");
        using var client = BackupsFixture.ClientOf(fixture.Start());
        await BackupsFixture.BackUpAsync(client);
        var app = fixture.Start(FakeTools.Create(
            fixture.Root, "pg_restore", "case \"$*\" in *--section=*) exec \"$real\" \"$@\" ;; *) exec cat > /dev/null ;; esac"));
        var target = fixture.Target();

        var result = await RestoreAsync(app.Services, target.Name);

        Assert.Equal((RestoreVerdict.RowsDiffer, target.Name), (result.Verdict, result.Target));
        Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_database_is_not_swapped_with_itself()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);

        var result = await RestoreAsync(app.Services, fixture.Database.Name);

        Assert.Equal(
            (RestoreVerdict.Failed, $"'{fixture.Database.Name}' is the database that is to be replaced. Name another one: it takes the name '{fixture.Database.Name}' at the end."),
            (result.Verdict, result.Message));
    }

    [Theory]
    [InlineData("app", "app_before_20261128020304")]
    [InlineData("a_name_of_41_bytes_is_the_longest_to_fit_", "a_name_of_41_bytes_is_the_longest_to_fit__before_20261128020304")]
    [InlineData("a_name_of_41_bytes_is_the_longest_to_fitüü", "a_name_of_41_bytes_is_the_longest_to_fit_before_20261128020304")]
    public void Names_to_keep_fit(string current, string kept) => Assert.Equal(kept, DatabaseSwap.NameToKeep(current, Time));

    private static Task<RestoreResult> RestoreAsync(IServiceProvider services, string into, List<string>? said = null) =>
        services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(BackupChoice.Latest, into, Swap: true), new((said ?? []).Add), Cancelled);

    private static Task<string> PropertiesAsync(BackupsFixture fixture, string database) => DatabasePropertiesTests.PropertiesAsync(fixture, database);
}
