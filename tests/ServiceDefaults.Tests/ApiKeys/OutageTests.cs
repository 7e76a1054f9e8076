using System.Net;
using Npgsql;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Standalone.DataStores;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>What callers see while the key store is away.</summary>
public sealed class OutageTests(DataStores stores)
{
    private const string Patient = "00:05:00";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Known_keys_work_up_to_the_bound_and_the_admin_key_always()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"prodready-keys-{Guid.NewGuid():N}");
        try
        {
            var postgres = await EmbeddedPostgres.StartAsync(
                new() { Directory = directory, Durable = false, Bin = stores.PostgresBin }, Cancellation);
            var database = new KeyDatabase(new TestDatabase("postgres", postgres.ConnectionString("postgres"), ""));
            await database.CreateTableAsync();
            var key = await database.AddAsync(["*"]);
            await using var strict = await KeyedService.StartAsync(database.ConnectionString);
            await using var patient = await KeyedService.StartAsync(database.ConnectionString, ("ApiKeys:MaxStaleness", Patient));
            Assert.Equal(HttpStatusCode.OK, await strict.StatusAsync("/send", key.Text));
            Assert.Equal(HttpStatusCode.OK, await patient.StatusAsync("/send", key.Text));

            var lines = Outages(strict);

            await postgres.DisposeAsync();

            await UnavailableAsync(strict, key.Text);
            await UnavailableAsync(strict, IssuedApiKey.Create("test").Text);
            Assert.Equal(HttpStatusCode.OK, await strict.StatusAsync("/send", KeyedService.AdminKey));
            Assert.Equal(HttpStatusCode.Unauthorized, await strict.StatusAsync("/send", "malformed"));
            Assert.Equal(lines + 1, Outages(strict));

            Assert.Equal(HttpStatusCode.OK, await patient.StatusAsync("/send", key.Text));
            await UnavailableAsync(patient, IssuedApiKey.Create("test").Text);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_store_that_hangs_is_an_outage_and_its_end_is_noticed()
    {
        await using var database = await KeyDatabase.CreateAsync(stores);
        var key = await database.AddAsync(["*"]);
        await using var service = await KeyedService.StartAsync(database.ConnectionString);
        Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/send", key.Text));

        await using (var connection = await HangAsync(database))
        {
            await UnavailableAsync(service, key.Text);
            Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/send", KeyedService.AdminKey));
        }

        await Eventually.ReadAsync(() => service.StatusAsync("/send", key.Text), status => status == HttpStatusCode.OK);
        Assert.Contains(
            service.Logs.All, line => line.StartsWith("Information ApiKeyRing API keys can be read now", StringComparison.Ordinal));
    }

    /// <summary>
    /// The server that answers after an outage may be another one, which lacked the last changes and has made others since: the number is
    /// the same, and what it stands for is not.
    /// </summary>
    [Fact]
    public async Task After_an_outage_nothing_is_taken_for_known()
    {
        await using var database = await KeyDatabase.CreateAsync(stores);
        var key = await database.AddAsync(["*"]);
        await using var service = await KeyedService.StartAsync(database.ConnectionString);
        Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/send", key.Text));

        await using (var connection = await HangAsync(database))
        {
            await UnavailableAsync(service, key.Text);
            await ExecuteAsync(connection, "SET LOCAL session_replication_role = replica");
            await ExecuteAsync(connection, $"UPDATE gateway.api_keys SET revoked_at = now(), revoked_by = 'admin' WHERE id = '{key.Id}'");
            await ExecuteAsync(connection, "COMMIT");
        }

        await Eventually.ReadAsync(() => service.StatusAsync("/send", key.Text), status => status == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Before_the_gateway_has_made_the_table_keys_cannot_be_checked()
    {
        await using var database = new KeyDatabase(await stores.CreateDatabaseAsync());
        await using var service = await KeyedService.StartAsync(database.ConnectionString);
        var key = IssuedApiKey.Create("test");
        await UnavailableAsync(service, key.Text);
        Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/send", KeyedService.AdminKey));

        await database.CreateTableAsync();
        await database.AddAsync(key, ["*"]);

        await Eventually.ReadAsync(() => service.StatusAsync("/send", key.Text), status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_database_there_is_the_admin_key()
    {
        await using var service = await KeyedService.StartAsync(null);

        await UnavailableAsync(service, IssuedApiKey.Create("test").Text);
        Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/send", KeyedService.AdminKey));
        Assert.Single(service.Logs.All, line => line.Contains("DATABASE_URL", StringComparison.Ordinal));
    }

    private static int Outages(KeyedService service) => service.Logs.All
        .Count(line => line.StartsWith("Warning ApiKeyRing API keys cannot be read", StringComparison.Ordinal));

    /// <summary>Has whoever reads the keys wait, until the connection commits or ends.</summary>
    private static async Task<NpgsqlConnection> HangAsync(KeyDatabase database)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await ExecuteAsync(connection, "BEGIN");
        await ExecuteAsync(connection, "LOCK TABLE gateway.api_key_state");
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task UnavailableAsync(KeyedService service, string key)
    {
        await Eventually.ReadAsync(() => service.StatusAsync("/send", key), status => status != HttpStatusCode.OK);
        using var response = await service.GetAsync("/send", key);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter?.Delta);
        Assert.Empty(response.Headers.WwwAuthenticate);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
