using Npgsql;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

/// <summary>What pg_dump leaves out it says in a warning, and ends well.</summary>
public sealed class DumpWarningsTests(DataStores stores)
{
    private const string Subscriptions = "pg_dump: warning: subscriptions not dumped because current user is not a superuser";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_is_kept_once_with_the_backup_and_told()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var log = new LogLines();
        var tools = FakeTools.CreateAll(
            fixture.Root,
            $"""
            case "$0" in
            */pg_dump) echo '{Subscriptions}' >&2; echo 'CONTEXT: a row' >&2; echo 'pg_dump: hint: none' >&2 ;;
            */pg_dumpall) echo 'pg_dumpall: warning: something of the roles' >&2 ;;
            esac
            exec "$real" "$@"
            """);
        var app = fixture.Start(services => services.AddSingleton<ILoggerProvider>(log), tools);

        var run = Assert.Single(await app.BackUpNowAsync());

        Assert.Null(run.Error);
        var stored = Assert.Single(await app.Services.GetRequiredService<BackupShelves>().FindAsync(run.Run.Id, Cancelled));
        Assert.Equal(["pg_dumpall: warning: something of the roles", Subscriptions], stored.Manifest.Warnings);
        Assert.Contains($"Backup {run.Run.Id} of {fixture.Database.Name} needs a look. {Subscriptions}", log.Of(LogLevel.Error));
    }

    [Fact]
    public async Task Neither_their_number_nor_their_length_is_without_bounds()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var tools = FakeTools.Create(
            fixture.Root,
            "pg_dump",
            """
            long=$(printf 'x%.0s' $(seq 2000))
            for i in $(seq 50); do echo "pg_dump: warning: $i $long" >&2; done
            exec "$real" "$@"
            """);

        var run = Assert.Single(await fixture.Start(tools).BackUpNowAsync());

        Assert.Equal(21, run.Manifest!.Warnings.Count);
        Assert.StartsWith("pg_dump: warning: 1 xxx", run.Manifest.Warnings[0], StringComparison.Ordinal);
        Assert.All(run.Manifest.Warnings, warning => Assert.InRange(warning.Length, 1, 501));
        Assert.Equal("There were 30 more warnings of pg_dump's or pg_dumpall's.", run.Manifest.Warnings[^1]);
    }

    /// <summary>As with a role that reads everything and is no superuser.</summary>
    [Fact]
    public async Task Subscriptions_that_pg_dump_leaves_out_are_told()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var role = $"reader_{Guid.NewGuid().ToString("N")[..8]}";
        var subscription = $"sub_{Guid.NewGuid().ToString("N")[..8]}";
        await fixture.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'reader'; GRANT pg_read_all_data TO {role}");
        await fixture.ExecuteAsync(
            $"CREATE SUBSCRIPTION {subscription} CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)");
        try
        {
            var server = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString);
            var url = $"postgres://{role}:reader@{server.Host}:{server.Port}/{fixture.Database.Name}";

            var run = Assert.Single(await fixture.Start(settings: [("Backups:Databases:0", url)]).BackUpNowAsync());

            Assert.Null(run.Error);
            Assert.Contains(run.Manifest!.Warnings, warning => warning.Contains("subscriptions not dumped", StringComparison.Ordinal));
        }
        finally
        {
            await fixture.ExecuteAsync($"DROP SUBSCRIPTION {subscription}");
            await fixture.ExecuteAsync($"DROP ROLE {role}");
        }
    }
}
