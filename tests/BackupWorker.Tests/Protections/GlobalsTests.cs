using System.Globalization;
using Npgsql;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Restoring;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>Roles and tablespaces are in the same set, and another server takes the roles.</summary>
[Collection(OtherServerTests.OneTablespace)]
public sealed class GlobalsTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Roles_with_their_passwords_and_memberships_come_back_on_another_server()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var elsewhere = await PostgresProcess.StartAsync();
        var (group, member) = ($"group_{Guid.NewGuid():N}"[..14], $"member_{Guid.NewGuid():N}"[..15]);
        await fixture.ExecuteAsync(
            $"""
            CREATE ROLE {group} CREATEDB;
            CREATE ROLE {member} LOGIN PASSWORD 'a pass''word' CONNECTION LIMIT 7 VALID UNTIL '2030-01-01' IN ROLE {group};
            ALTER ROLE {member} SET work_mem = '8MB';
            """);
        try
        {
            await RunAsync(elsewhere.ConnectionString, await BackUpAsync(fixture));

            // The superuser's own password came along too
            var password = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString).Password;
            Assert.Equal(
                await RoleAsync(fixture.Database.ConnectionString),
                await RoleAsync(new NpgsqlConnectionStringBuilder(elsewhere.ConnectionString) { Password = password }.ConnectionString));
        }
        finally
        {
            await fixture.ExecuteAsync($"DROP ROLE {member}, {group}");
        }

        Task<string> RoleAsync(string connection) => BackupsFixture.ScalarAsync<string>(
            connection,
            $"""
            SELECT concat_ws(' ', a.rolcanlogin, a.rolconnlimit, a.rolpassword, a.rolvaliduntil AT TIME ZONE 'UTC', s.setconfig::text,
                pg_has_role(a.rolname, '{group}', 'MEMBER'), (SELECT rolcreatedb FROM pg_authid WHERE rolname = '{group}'))
            FROM pg_authid a JOIN pg_db_role_setting s ON s.setrole = a.oid WHERE a.rolname = '{member}'
            """);
    }

    /// <summary>One of these tests lies in the data directory, which an older pg_dumpall names so that no server takes it: hence the statement.</summary>
    [Fact]
    public async Task Tablespaces_are_in_it_with_their_owners()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var (space, owner) = ($"space_{Guid.NewGuid():N}"[..14], $"owner_{Guid.NewGuid():N}"[..14]);
        await OtherServerTests.CreateTablespaceAsync(fixture, space);
        try
        {
            await fixture.ExecuteAsync($"CREATE ROLE {owner}; ALTER TABLESPACE {space} OWNER TO {owner}");

            var sql = await File.ReadAllTextAsync(await BackUpAsync(fixture), Cancelled);

            Assert.Contains($"\nCREATE TABLESPACE {space} OWNER {owner} LOCATION '", sql, StringComparison.Ordinal);
        }
        finally
        {
            await fixture.ExecuteAsync($"DROP TABLESPACE {space}");
            await fixture.ExecuteAsync($"DROP ROLE {owner}");
        }
    }

    /// <returns>The file of the stored backup's globals.</returns>
    private static async Task<string> BackUpAsync(BackupsFixture fixture)
    {
        var app = fixture.Start(settings: [("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System))]);
        var result = Assert.Single(await app.BackUpNowAsync());
        Assert.Null(result.Error);
        Assert.Empty(result.Manifest!.Warnings);
        var sql = Path.Combine(fixture.Root, "globals.sql");
        await using var file = File.Create(sql);
        await app.Services.GetRequiredService<ArchiveFeed>().ReadAsync(
            app.Services.GetRequiredService<BackupShelves>().All[0].Storage,
            Assert.Single(result.Manifest.Parts, part => part.Kind == PartKind.Globals), file, null, Cancelled);
        return sql;
    }

    private async Task RunAsync(string connectionString, string file)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var (_, output) = await Programs.RunAsync(
            new()
            {
                Name = "psql",
                FileName = Path.Combine(stores.PostgresBin, "psql"),
                Arguments = ["-X", "-q", "-h", settings.Host!, "-p", settings.Port.ToString(CultureInfo.InvariantCulture), "-U", settings.Username!, "-f", file, "postgres"],
                Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = settings.Password },
            },
            Cancelled);
        // Both servers have the one superuser
        Assert.All(
            output.Split('\n').Where(line => line.Contains("ERROR", StringComparison.Ordinal)),
            line => Assert.EndsWith($"role \"{settings.Username}\" already exists", line, StringComparison.Ordinal));
    }
}
