using Npgsql;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

public sealed class LibpqEnvironmentTests(DataStores stores)
{
    [Fact]
    public async Task Settings_have_libpqs_names()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var server = new NpgsqlConnection(database.ConnectionString);
        await server.OpenAsync(TestContext.Current.CancellationToken);
        var settings = new NpgsqlConnectionStringBuilder(
            "Host=a,b;Username=me;Password=p' =;Database=d;SSL Mode=VerifyFull;Options=-c search_path=x;Timeout=7;Application Name=n");

        var variables = LibpqEnvironment.From(settings, server, _ => null);

        // The server is the one that the connection has found, of those that the settings name
        var own = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["PGHOST"] = own.Host!,
                ["PGPORT"] = own.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["PGUSER"] = "me",
                ["PGPASSWORD"] = "p' =",
                ["PGDATABASE"] = "d",
                ["PGSSLMODE"] = "verify-full",
                ["PGSSLROOTCERT"] = "system",
                ["PGOPTIONS"] = "-c search_path=x",
                ["PGAPPNAME"] = "n",
                ["PGCONNECT_TIMEOUT"] = "7",
            },
            variables);
    }

    [Theory]
    [InlineData("Disable", "disable")]
    [InlineData("Prefer", "prefer")]
    [InlineData("Require", "require")]
    [InlineData("VerifyCA", "verify-ca")]
    public async Task Ssl_modes_are_translated(string npgsql, string libpq)
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var server = new NpgsqlConnection(database.ConnectionString);
        await server.OpenAsync(TestContext.Current.CancellationToken);

        var variables = LibpqEnvironment.From(new($"Host=h;SSL Mode={npgsql}"), server);

        Assert.Equal(libpq, variables["PGSSLMODE"]);
    }

    [Fact]
    public async Task What_the_settings_leave_to_the_environment_is_passed_on_as_Npgsql_takes_it()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var server = new NpgsqlConnection(database.ConnectionString);
        await server.OpenAsync(TestContext.Current.CancellationToken);
        string[] names = ["PGUSER", "PGPASSWORD", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGOPTIONS"];

        var left = LibpqEnvironment.From(new("Host=h;Database=d;SSL Mode=VerifyFull"), server, name => $"of {name}");
        var set = LibpqEnvironment.From(
            new("Host=h;Username=x;Password=x;Root Certificate=x;SSL Certificate=x;SSL Key=x;Options=x"), server, name => $"of {name}");

        Assert.Equal(names.Select(name => $"of {name}"), names.Select(name => left[name]));
        Assert.Equal("d", left["PGDATABASE"]);
        Assert.All(names, name => Assert.Equal("x", set[name]));
        Assert.DoesNotContain("of PGHOSTADDR", left.Values);
    }

    [Fact]
    public void Variables_that_lead_elsewhere_or_are_secret_are_not_inherited()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PGHOSTADDR"] = "192.0.2.1",
            ["PGSERVICE"] = "other",
            ["PGPASSFILE"] = "/home/me/.pgpass",
            ["PATH"] = "/bin",
            ["LC_TIME"] = "de_DE",
            ["KRB5CCNAME"] = "FILE:/tmp/cc",
            ["BACKUP_ENCRYPTION_KEY"] = "2026-11:secret",
            ["BACKUP_S3_SECRET_KEY"] = "secret",
            ["DATABASE_URL"] = "postgres://me:secret@h/d",
            ["Backups__Encryption__Keys"] = "2026-11:secret",
        };

        LibpqEnvironment.Apply(new Dictionary<string, string> { ["PGHOST"] = "h" }, environment);

        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["PGPASSFILE"] = "/home/me/.pgpass",
                ["PATH"] = "/bin",
                ["LC_TIME"] = "de_DE",
                ["KRB5CCNAME"] = "FILE:/tmp/cc",
                ["PGHOST"] = "h",
                ["LC_ALL"] = "C",
            },
            environment);
    }
}
