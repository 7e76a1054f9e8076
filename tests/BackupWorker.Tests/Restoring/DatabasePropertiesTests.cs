using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Tests.Drills;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>What belongs to a database itself, where no live one is there to take it from.</summary>
public sealed class DatabasePropertiesTests(DataStores stores)
{

    [Fact]
    public async Task A_lost_database_comes_back_with_all_that_belongs_to_it()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var suffix = Guid.NewGuid().ToString("N")[..8];
        var (owner, reader, gone) = ($"owner_{suffix}", $"reader {suffix}", $"gone_{suffix}");
        var lost = fixture.Target($"lost \"{suffix}");
        var name = $"\"lost \"\"{suffix}\"";
        await fixture.ExecuteAsync($"CREATE DATABASE {name}");
        await fixture.ExecuteAsync(
            $"""
            CREATE ROLE {owner}; CREATE ROLE "{reader}"; CREATE ROLE {gone};
            ALTER DATABASE {name} OWNER TO {owner};
            ALTER DATABASE {name} CONNECTION LIMIT 88;
            ALTER DATABASE {name} SET search_path TO "$user", public, other;
            ALTER DATABASE {name} SET "my.secret" TO 'a '' secret; value';
            ALTER ROLE "{reader}" IN DATABASE {name} SET default_transaction_read_only TO on;
            REVOKE ALL ON DATABASE {name} FROM PUBLIC;
            GRANT CONNECT ON DATABASE {name} TO "{reader}" WITH GRANT OPTION;
            COMMENT ON DATABASE {name} IS 'it''s; "the" shop';
            """);
        var properties = await PropertiesAsync(fixture, lost.Name);
        await fixture.ExecuteAsync($"ALTER ROLE {gone} IN DATABASE {name} SET \"my.secret\" TO 'its secret value'; GRANT TEMPORARY ON DATABASE {name} TO {gone}");
        var app = fixture.Start(connection: lost.ConnectionString);
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        await fixture.ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        await fixture.ExecuteAsync($"DROP ROLE {gone}");
        var said = new List<string>();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, lost.Name, said.Add);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        Assert.Equal(properties, await PropertiesAsync(fixture, lost.Name));
        Assert.Equal(
            [
                $"Warning: not restored (ALTER ROLE {gone} IN DATABASE {name} SET \"my.secret\"): role \"{gone}\" does not exist.",
                $"Warning: not restored (GRANT TEMPORARY ON DATABASE {name} TO {gone}): role \"{gone}\" does not exist.",
            ],
            said.Where(line => line.StartsWith("Warning", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains("secret value", StringComparison.Ordinal));
        await app.DisposeAsync();
        await lost.DisposeAsync();
        await fixture.ExecuteAsync($"DROP ROLE {owner}, \"{reader}\"");
    }

    [Fact]
    public async Task Rows_that_rely_on_a_setting_are_restored_and_drilled()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync($"ALTER DATABASE {fixture.Database.Name} SET \"my.limit\" TO '5'; ALTER DATABASE {fixture.Database.Name} CONNECTION LIMIT 90");
        await fixture.ExecuteAsync("CREATE TABLE t (n int CHECK (n < current_setting('my.limit')::int)); INSERT INTO t VALUES (1)");
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);

        var restored = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, fixture.Target().Name);
        var drill = await app.DrillNowAsync(fixture.Database.Name);

        Assert.True(restored.Verdict == RestoreVerdict.Restored, restored.Message);
        Assert.True(drill.Succeeded, drill.Error);
    }

    internal static Task<string> PropertiesAsync(BackupsFixture fixture, string database) => BackupsFixture.ScalarAsync<string>(
        fixture.ConnectionTo("postgres"),
        $"""
        SELECT concat_ws(
            ' ', pg_get_userbyid(d.datdba), d.datconnlimit, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.datacl) a),
            (SELECT array_agg(concat_ws(' ', s.setrole::regrole, s.setconfig) ORDER BY s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid),
            shobj_description(d.oid, 'pg_database'))
        FROM pg_database d WHERE datname = '{database}'
        """);
}
