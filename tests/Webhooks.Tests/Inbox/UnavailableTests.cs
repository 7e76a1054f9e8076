using System.Net;
using System.Net.Sockets;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Inbox;

public sealed class UnavailableTests(DataStores stores) : WebhooksTest(stores, ("Webhooks:CommitTimeout", "00:00:01"))
{
    [Fact]
    public async Task Unreachable_database_is_503()
    {
        // Migrated by the direct connection; the service's own leads to a port where nothing listens
        await using var app = new WebhooksApp(
            Database.ConnectionString, ("ConnectionStrings:prodready", "Host=127.0.0.1;Port=1;Username=nobody"));

        await UnavailableAsync(await app.PostAsync(NewEvent()));
        await UnavailableAsync(await app.GetAsync($"/webhooks/events/{Guid.NewGuid()}"));
    }

    [Fact]
    public async Task Bad_signature_is_401_without_a_database()
    {
        await using var app = new WebhooksApp(
            Database.ConnectionString, ("ConnectionStrings:prodready", "Host=127.0.0.1;Port=1;Username=nobody"));

        await ProblemAsync(await app.PostUnsignedAsync(NewEvent()), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Database_that_comes_back_is_used_without_a_restart()
    {
        var body = NewEvent();
        await AllowConnectionsAsync(false);
        await UnavailableAsync(await App.PostAsync(body));

        await AllowConnectionsAsync(true);
        // Those that lie in the pool and were cut off answer 503 once each: the sender's repetition finds another
        App.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        var answer = await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);

        Assert.False(answer.GetProperty("duplicate").GetBoolean());
    }

    [Fact]
    public async Task Database_that_hangs_is_503_within_the_bound()
    {
        var body = NewEvent();
        await using (var connection = new NpgsqlConnection(Database.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("LOCK TABLE webhooks.events", connection, transaction);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

            var started = TimeProvider.System.GetTimestamp();
            await UnavailableAsync(await App.PostAsync(body));
            Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(4));
        }

        // What was answered 503 may have been committed after all; either way there is one of it
        await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Server_that_is_frozen_is_503_within_the_bound()
    {
        // The kernel takes the connection, and nobody ever says a word
        using var frozen = new TcpListener(IPAddress.Loopback, 0);
        frozen.Start();
        var port = ((IPEndPoint)frozen.LocalEndpoint).Port;
        await using var app = new WebhooksApp(
            Database.ConnectionString,
            ("ConnectionStrings:prodready", $"Host=127.0.0.1;Port={port};Username=nobody;Timeout=30"),
            ("Webhooks:CommitTimeout", "00:00:01"));

        var started = TimeProvider.System.GetTimestamp();
        await UnavailableAsync(await app.PostAsync(NewEvent()));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
    }

    private static async Task UnavailableAsync(HttpResponseMessage response)
    {
        await ProblemAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
    }

    private async Task AllowConnectionsAsync(bool allow)
    {
        var server = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = "postgres", Pooling = false };
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(
            $"""
            ALTER DATABASE "{Database.Name}" ALLOW_CONNECTIONS {allow};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Database.Name}' AND NOT {allow}
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
