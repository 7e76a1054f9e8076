using Npgsql;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class RestoredRolesTests(DataStores stores)
{
    private const string OwnerSql = "SELECT tableowner FROM pg_tables WHERE tablename = 'owned'";
    private const string ReadersSql =
        "SELECT count(*) FROM information_schema.role_table_grants WHERE table_name = 'owned' AND grantee LIKE 'reader%'";

    private static readonly ArchiveRoles Roles = new(["app", "postgres"], ["reader"]);

    [Fact]
    public async Task Owners_and_privileges_are_kept_where_the_roles_exist()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var roles = await RolesInUse.CreateAsync(fixture);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        await using var target = fixture.Target();
        var said = new List<string>();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name, said.Add);

        Assert.Equal(RestoreVerdict.Restored, result.Verdict);
        Assert.Equal(roles.Owner, await BackupsFixture.ScalarAsync<string>(target.ConnectionString, OwnerSql));
        Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(target.ConnectionString, ReadersSql));
        Assert.DoesNotContain(said, line => line.Contains(roles.Owner, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Missing_roles_do_not_stand_between_the_operator_and_the_data()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        string owner, reader;
        await using (var roles = await RolesInUse.CreateAsync(fixture))
        {
            (owner, reader) = (roles.Owner, roles.Reader);
            await fixture.ExecuteAsync(
                $"""
                ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "a; one" ON owned TO {reader} USING (n > 1);
                COMMENT ON POLICY "a; one" ON owned IS 'of nobody';
                CREATE POLICY shared ON owned AS RESTRICTIVE TO pg_monitor, {reader} USING (n > 2);
                CREATE POLICY whole ON owned USING (n > 3);
                CREATE FOREIGN DATA WRAPPER other;
                CREATE SERVER elsewhere FOREIGN DATA WRAPPER other;
                CREATE USER MAPPING FOR {reader} SERVER elsewhere OPTIONS (password 'a secret');
                CREATE USER MAPPING FOR public SERVER elsewhere;
                """);
            await BackupsFixture.BackUpAsync(client);
        }

        var target = fixture.Target();
        var said = new List<string>();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name, said.Add);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        Assert.Equal(
            new NpgsqlConnectionStringBuilder(target.ConnectionString).Username,
            await BackupsFixture.ScalarAsync<string>(target.ConnectionString, OwnerSql));
        Assert.Equal("shared RESTRICTIVE {pg_monitor} (n > 2), whole PERMISSIVE {public} (n > 3)", await BackupsFixture.ScalarAsync<string>(
            target.ConnectionString, "SELECT string_agg(concat_ws(' ', policyname, permissive, roles, qual), ', ' ORDER BY policyname) FROM pg_policies"));
        Assert.True(await BackupsFixture.ScalarAsync<bool>(target.ConnectionString, "SELECT relrowsecurity FROM pg_class WHERE relname = 'owned'"));
        Assert.Equal("public", await BackupsFixture.ScalarAsync<string>(target.ConnectionString, "SELECT string_agg(usename, ',') FROM pg_user_mappings"));
        Assert.Contains(
            $"Everything will belong to the restoring role: '{owner}' cannot be made owner here "
            + "(create missing roles first, or restore as a superuser, to keep owners). "
            + $"Privileges are not restored: this server has no role '{reader}'. "
            + $"Not restored is the user mapping of {reader} for elsewhere: this server has no role '{reader}'. "
            + $"Not restored is the policy \"a; one\" ON public.owned: this server has no role '{reader}'. "
            + $"The policy shared ON public.owned is restored without '{reader}': this server has no such role.",
            said);
    }

    [Fact]
    public async Task A_missing_owner_of_what_belongs_to_no_database_does_not_either()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var owner = $"owner_{Guid.NewGuid().ToString("N")[..8]}";
        await fixture.ExecuteAsync("CREATE SUBSCRIPTION sub CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false, slot_name = NONE)");
        await fixture.ExecuteAsync($"CREATE ROLE {owner} SUPERUSER; ALTER SUBSCRIPTION sub OWNER TO {owner}");
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        await fixture.ExecuteAsync("ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub");
        await fixture.ExecuteAsync($"DROP ROLE {owner}");
        var target = fixture.Target();
        var said = new List<string>();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name, said.Add);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        await BackupsFixture.ExecuteAsync(target.ConnectionString, "ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub");
        Assert.Contains(said, line => line.StartsWith($"Everything will belong to the restoring role: '{owner}' cannot be made owner here", StringComparison.Ordinal));
    }

    [Fact]
    public void An_owner_that_exists_but_is_not_ours_costs_owners_and_no_privileges()
    {
        var decided = RestorePrivileges.Decide(Roles, missing: [], foreign: ["postgres"]);

        Assert.Equal(["--no-owner"], decided.Options);
    }

    [Fact]
    public void A_grantee_that_is_not_ours_costs_nothing()
    {
        var decided = RestorePrivileges.Decide(Roles, missing: [], foreign: ["reader"]);

        Assert.Empty(decided.Options);
        Assert.Null(decided.Warning);
    }

    [Fact]
    public void A_missing_grantee_costs_privileges_and_no_owners()
    {
        var decided = RestorePrivileges.Decide(Roles, missing: ["reader"], foreign: []);

        Assert.Equal(["--no-privileges"], decided.Options);
        Assert.Equal("Privileges are not restored: this server has no role 'reader'.", decided.Warning);
    }

    [Fact]
    public void Default_privileges_of_a_role_that_is_not_ours_cost_privileges()
    {
        var decided = RestorePrivileges.Decide(Roles with { Defaulters = ["app", "postgres"] }, missing: [], foreign: ["app"]);

        Assert.Equal(["--no-owner", "--no-privileges"], decided.Options);
        Assert.EndsWith(" Privileges are not restored: we may not set the default ones of 'app' here.", decided.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_no_superuser_restores_without_what_others_than_the_owner_granted()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var roles = await RolesInUse.CreateAsync(fixture);
        // The owner of a table of another one: a grant of his is made as him again
        await fixture.ExecuteAsync(
            $"""
            CREATE TABLE granted AS SELECT 1 AS n;
            GRANT SELECT ON granted TO {roles.Owner} WITH GRANT OPTION;
            SET ROLE {roles.Owner};
            GRANT SELECT ON granted TO {roles.Reader};
            """);
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);
        var restorer = $"restorer_{Guid.NewGuid().ToString("N")[..8]}";
        await fixture.ExecuteAsync($"CREATE ROLE {restorer} LOGIN CREATEDB PASSWORD 'restorer'");
        var settings = fixture.CliSettings;
        settings["ConnectionStrings__prodready"] =
            new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Username = restorer, Password = "restorer" }.ConnectionString;
        await using (var target = fixture.Target())
        {
            var restore = await CliProcess.RunAsync(fixture.Root, ["restore", "latest", "--into", target.Name], settings);

            Assert.True(restore.ExitCode == ExitCode.Ok, restore.Error);
            Assert.Contains(
                $"only a superuser may grant what '{roles.Owner}' granted without being the owner.",
                (restore.Output + restore.Error).ReplaceLineEndings(" "),
                StringComparison.Ordinal);
            Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(target.ConnectionString, "SELECT count(*) FROM granted"));
        }

        await fixture.ExecuteAsync($"DROP TABLE granted; DROP ROLE {restorer}");
    }

    [Fact]
    public void A_superuser_grants_as_anybody()
    {
        var granted = Roles with { Grantors = ["reader"] };

        Assert.Empty(RestorePrivileges.Decide(granted, missing: [], foreign: []).Options);
        Assert.Equal(["--no-privileges"], RestorePrivileges.Decide(granted, missing: [], foreign: [], isSuperuser: false).Options);
    }

    [Theory]
    [InlineData(15, "MEMBER")]
    [InlineData(16, "SET")]
    public void To_be_a_member_is_not_enough_from_16_on(int server, string needed) => Assert.Equal(needed, RestorePrivileges.NeededFor(new(server, 1)));

    [Fact]
    public async Task Roles_with_default_privileges_are_known()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var roles = await RolesInUse.CreateAsync(fixture);
        await fixture.ExecuteAsync($"ALTER DEFAULT PRIVILEGES FOR ROLE {roles.Owner} GRANT SELECT ON TABLES TO {roles.Reader}");
        await using var connection = new NpgsqlConnection(fixture.Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        var read = await DatabaseRoles.ReadAsync(connection, TestContext.Current.CancellationToken);

        // DROP OWNED of both at once stumbles over it
        await fixture.ExecuteAsync($"ALTER DEFAULT PRIVILEGES FOR ROLE {roles.Owner} REVOKE SELECT ON TABLES FROM {roles.Reader}");
        Assert.Equal([roles.Owner], read.Defaulters);
        Assert.Equal([roles.Reader], read.Grantees);
    }

    /// <summary>A table that one role owns and another may read.</summary>
    private sealed class RolesInUse(BackupsFixture fixture, string suffix) : IAsyncDisposable
    {
        public string Owner => $"owner_{suffix}";

        public string Reader => $"reader_{suffix}";

        public static async Task<RolesInUse> CreateAsync(BackupsFixture fixture)
        {
            var roles = new RolesInUse(fixture, Guid.NewGuid().ToString("N")[..8]);
            await fixture.ExecuteAsync(
                $"""
                CREATE ROLE {roles.Owner}; CREATE ROLE {roles.Reader};
                CREATE TABLE owned AS SELECT 1 AS n;
                ALTER TABLE owned OWNER TO {roles.Owner};
                GRANT SELECT ON owned TO {roles.Reader};
                """);
            return roles;
        }

        public async ValueTask DisposeAsync()
        {
            await foreach (var database in DatabasesAsync())
            {
                await BackupsFixture.ExecuteAsync(fixture.ConnectionTo(database), $"DROP OWNED BY {Owner}, {Reader}");
            }

            await fixture.ExecuteAsync($"DROP ROLE {Owner}, {Reader}");
        }

        private async IAsyncEnumerable<string> DatabasesAsync()
        {
            var all = await BackupsFixture.ScalarAsync<string[]>(
                fixture.Database.ConnectionString,
                $"""
                SELECT coalesce(array_agg(DISTINCT d.datname::text), array[]::text[])
                FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.refobjid
                WHERE r.rolname IN ('{Owner}', '{Reader}')
                """);
            foreach (var database in all)
            {
                yield return database;
            }
        }
    }
}
