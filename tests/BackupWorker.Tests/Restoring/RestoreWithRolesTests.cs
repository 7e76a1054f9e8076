using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>Roles that a restore creates first.</summary>
public sealed class RestoreWithRolesTests(DataStores stores)
{
    private const string Password = "only-a-test's-password";

    private readonly string _suffix = Guid.NewGuid().ToString("N")[..8];

    private string Owner => $"Owner {_suffix}";

    private string Group => $"group_{_suffix}";

    private string Kept => $"kept_{_suffix}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Missing_roles_are_made_as_they_were_and_existing_ones_are_left_alone()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(
            $"""
            CREATE ROLE "{Owner}" LOGIN PASSWORD '{Password.Replace("'", "''", StringComparison.Ordinal)}' CONNECTION LIMIT 7;
            CREATE ROLE {Group};
            CREATE ROLE {Kept} CONNECTION LIMIT 3;
            GRANT {Group} TO "{Owner}" WITH ADMIN OPTION;
            GRANT {Group} TO {Kept};
            ALTER ROLE "{Owner}" SET statement_timeout TO '7s';
            COMMENT ON ROLE "{Owner}" IS 'a; comment';
            GRANT SET, ALTER SYSTEM ON PARAMETER log_min_duration_statement TO "{Owner}" WITH GRANT OPTION;
            GRANT SET ON PARAMETER "my.s_{_suffix}" TO PUBLIC;
            CREATE TABLE owned AS SELECT 1 AS n;
            ALTER TABLE owned OWNER TO "{Owner}";
            """);
        var verifier = await PasswordAsync(fixture);
        var onParameter = await PrivilegesAsync(fixture);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        await fixture.ExecuteAsync($"""DROP TABLE owned; DROP OWNED BY "{Owner}"; DROP ROLE "{Owner}", {Group}; ALTER ROLE {Kept} CONNECTION LIMIT 4;""");
        await using var target = fixture.Target();
        var said = new List<string>();

        var result = await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(BackupChoice.Latest, target.Name, WithRoles: true), new(said.Add), Cancelled);

        Assert.Equal(RestoreVerdict.Restored, result.Verdict);
        Assert.Equal(Owner, await BackupsFixture.ScalarAsync<string>(target.ConnectionString, "SELECT tableowner FROM pg_tables WHERE tablename = 'owned'"));
        Assert.Equal(verifier, await PasswordAsync(fixture));
        Assert.Equal(onParameter, await PrivilegesAsync(fixture));
        Assert.Equal("t 7 {statement_timeout=7s} a; comment", await BackupsFixture.ScalarAsync<string>(
            fixture.Database.ConnectionString,
            $"""
            SELECT concat_ws(' ', r.rolcanlogin, r.rolconnlimit, r.rolconfig, shobj_description(r.oid, 'pg_authid'))
            FROM pg_roles r WHERE rolname = '{Owner}'
            """));
        Assert.Equal($"{Kept} f,{Owner} t", await BackupsFixture.ScalarAsync<string>(
            fixture.Database.ConnectionString,
            $"""
            SELECT string_agg(member::regrole::text || ' ' || admin_option::text::char, ',' ORDER BY 1) FROM (
                SELECT trim('"' FROM m.member::regrole::text)::text AS name, m.* FROM pg_auth_members m WHERE m.roleid = '{Group}'::regrole) m
            """.Replace("member::regrole::text ||", "name ||", StringComparison.Ordinal)
                .Replace("ORDER BY 1", "ORDER BY name COLLATE \"C\" DESC", StringComparison.Ordinal)));
        Assert.Equal(4, await BackupsFixture.ScalarAsync<int>(
            fixture.Database.ConnectionString, $"SELECT rolconnlimit FROM pg_roles WHERE rolname = '{Kept}'"));
        Assert.Contains(said, line => line.StartsWith("Creating the roles ", StringComparison.Ordinal) && line.Contains($"'{Owner}'", StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains("SCRAM", StringComparison.Ordinal));
        Assert.Equal(
            [$"Warning: not restored, as it would change the roles that exist: GRANT SET ON PARAMETER \"my.s_{_suffix}\" TO PUBLIC."],
            said.Where(line => line.Contains("Warning", StringComparison.Ordinal)));

        await target.DisposeAsync();
        await fixture.ExecuteAsync($"""REVOKE SET ON PARAMETER "my.s_{_suffix}" FROM PUBLIC; DROP OWNED BY "{Owner}"; DROP ROLE "{Owner}", {Group}, {Kept}""");
    }

    [Fact]
    public async Task Damaged_roles_stop_the_restore_before_anything_is_made()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        var path = Path.Combine(fixture.Directory, fixture.Files.Single(file => file.Contains(".globals.sql", StringComparison.Ordinal)));
        await BackupsFixture.GarbleAsync(path);
        await using var target = fixture.Target();

        var result = await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(BackupChoice.Latest, target.Name, WithRoles: true), new(_ => { }), Cancelled);

        Assert.Equal(RestoreVerdict.Corrupt, result.Verdict);
        Assert.EndsWith(" Nothing was created.", result.Message, StringComparison.Ordinal);
        Assert.False(await BackupsFixture.ScalarAsync<bool>(
            fixture.Database.ConnectionString, $"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{target.Name}')"));
    }

    /// <summary>As without the roles: nobody has found it damaged.</summary>
    [Fact]
    public async Task Roles_of_a_backup_that_nothing_proves_are_refused_and_not_called_corrupt()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);
        var app = fixture.Start(settings: [("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System))]);
        await using var target = fixture.Target();

        var result = await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(BackupChoice.Latest, target.Name, WithRoles: true), new(_ => { }), Cancelled);
        var without = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        Assert.Equal((RestoreVerdict.Failed, without.Message), (result.Verdict, result.Message));
    }

    private Task<string> PrivilegesAsync(BackupsFixture fixture) => BackupsFixture.ScalarAsync<string>(
        fixture.Database.ConnectionString,
        $"""
        SELECT string_agg(concat_ws(' ', p.parname, a.privilege_type, a.is_grantable), ', ' ORDER BY a.privilege_type)
        FROM pg_parameter_acl p CROSS JOIN aclexplode(p.paracl) a JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname = '{Owner}'
        """);

    private Task<string> PasswordAsync(BackupsFixture fixture) => BackupsFixture.ScalarAsync<string>(
        fixture.Database.ConnectionString, $"SELECT rolpassword FROM pg_authid WHERE rolname = '{Owner}'");
}
