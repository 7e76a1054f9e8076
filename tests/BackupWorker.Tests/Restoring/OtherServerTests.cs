using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>What a backup may name that another server does not have, or that must not come to life there.</summary>
[Collection(OneTablespace)]
public sealed class OtherServerTests(DataStores stores)
{
    /// <summary>Who makes a tablespace on the server that all share, and who follows what a whole server's globals print: one at a time.</summary>
    public const string OneTablespace = "one tablespace";

    [Fact]
    public async Task Missing_tablespaces_do_not_stand_between_the_operator_and_the_data()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var space = $"fast \"{Guid.NewGuid().ToString("N")[..8]}";
        var quoted = $"\"{space.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await CreateTablespaceAsync(fixture, quoted);
        await fixture.ExecuteAsync($"CREATE TABLE t TABLESPACE {quoted} AS SELECT 1 AS n; CREATE TABLE plain AS SELECT 1 AS n");
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var (there, gone) = (fixture.Target(), fixture.Target());
        var (saidThere, saidGone) = (new List<string>(), new List<string>());

        await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, there.Name, saidThere.Add);
        Assert.Equal(space, await BackupsFixture.ScalarAsync<string>(there.ConnectionString, "SELECT tablespace::text FROM pg_tables WHERE tablename = 't'"));
        await there.DisposeAsync();
        await fixture.ExecuteAsync("DROP TABLE t");
        await fixture.ExecuteAsync($"DROP TABLESPACE {quoted}");
        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, gone.Name, saidGone.Add);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        var warning = $"Warning: everything is restored into the default tablespace: this server has no '{space}', or the restoring role may not create anything there.";
        Assert.Contains(warning, saidGone);
        Assert.DoesNotContain(warning, saidThere);
    }

    [Fact]
    public async Task A_database_is_in_its_tablespace_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var space = $"fast_{Guid.NewGuid().ToString("N")[..8]}";
        await CreateTablespaceAsync(fixture, space);
        var (lost, target) = (fixture.Target(), fixture.Target());
        await fixture.ExecuteAsync($"CREATE DATABASE \"{lost.Name}\" TABLESPACE {space}");
        var app = fixture.Start(connection: lost.ConnectionString);
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        Assert.Equal(space, await BackupsFixture.ScalarAsync<string>(
            target.ConnectionString,
            "SELECT t.spcname::text FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = current_database()"));
        await app.DisposeAsync();
        await lost.DisposeAsync();
        await target.DisposeAsync();
        await fixture.ExecuteAsync($"DROP TABLESPACE {space}");
    }

    [Fact]
    public async Task Restored_subscriptions_are_told()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE SUBSCRIPTION sub CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false, slot_name = NONE)");
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var target = fixture.Target();
        var said = new List<string>();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name, said.Add);

        await fixture.ExecuteAsync("DROP SUBSCRIPTION sub");
        await BackupsFixture.ExecuteAsync(target.ConnectionString, "ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub");
        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        Assert.Contains(said, line => line.StartsWith("Warning: the subscriptions 'sub' are restored and disabled.", StringComparison.Ordinal));
    }

    /// <summary>In the data directory: the server may not see the test's folders. The setting is one session's.</summary>
    internal static async Task CreateTablespaceAsync(BackupsFixture fixture, string quoted)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(fixture.Database.ConnectionString + ";Pooling=false;Options=-c allow_in_place_tablespaces=on");
        await using var command = source.CreateCommand($"CREATE TABLESPACE {quoted} LOCATION ''");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
