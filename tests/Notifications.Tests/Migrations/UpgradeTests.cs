using System.Net;
using Npgsql;
using ProdReady.Notifications.Messages;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Migrations;

/// <summary>What the version before has taken in is sent, found, and not sent twice.</summary>
public sealed class UpgradeTests(DataStores stores) : IAsyncLifetime
{
    private const string First = "ProdReady.Notifications.Migrations.0001_messages.sql";

    private TestDatabase _database = null!;
    private TwilioFake _twilio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _twilio = await TwilioFake.StartAsync();
        await using var resource = typeof(MessageMetrics).Assembly.GetManifestResourceStream(First)!;
        using var script = new StreamReader(resource);
        await ExecuteAsync(
            $"""
            CREATE SCHEMA notifications;
            CREATE TABLE notifications.schema_versions (
                schemaversionsid serial PRIMARY KEY, scriptname varchar(255) NOT NULL, applied timestamp NOT NULL);
            INSERT INTO notifications.schema_versions (scriptname, applied) VALUES ('{First}', now());
            {await script.ReadToEndAsync(Token)}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _twilio.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_waited_is_sent()
    {
        var id = await AddAsync("accepted", attempts: 0);
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl);
        using var caller = app.CreateCaller();
        var message = await NotificationsApp.WaitForAsync(caller, id, "sent");
        Assert.Equal(
            ["accepted", "sending", "sent"],
            message.GetProperty("events").EnumerateArray().Select(state => state.GetProperty("status").GetString()));
        Assert.Equal("Hello", Assert.Single(_twilio.Messages).Body);
    }

    [Theory]
    [InlineData("sending", "unknown")]
    [InlineData("unknown", "unknown")]
    [InlineData("sent", "sent")]
    [InlineData("failed", "failed")]
    public async Task What_may_have_been_sent_is_not_sent_again(string before, string after)
    {
        var id = await AddAsync(before, attempts: 1);
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl);
        using var caller = app.CreateCaller();
        // Another one goes through, so that the first has had its chance
        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, "another"), "sent");
        Assert.Equal(after, (await NotificationsApp.ReadAsync(caller, id)).GetProperty("status").GetString());
        Assert.Equal("another", Assert.Single(_twilio.Messages).Body);
    }

    [Fact]
    public async Task A_request_that_is_repeated_across_the_upgrade_is_a_conflict_rather_than_a_second_message()
    {
        await AddAsync("sent", attempts: 1, key: "key-1");
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl);
        using var caller = app.CreateCaller();
        caller.DefaultRequestHeaders.Add("Idempotency-Key", "key-1");
        using var response = await caller.PostAsJsonAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, Token);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Empty(_twilio.Calls);
    }

    private async Task<Guid> AddAsync(string status, int attempts, string? key = null)
    {
        var id = Guid.CreateVersion7();
        await ExecuteAsync(
            $"""
            INSERT INTO notifications.messages (
                id, recipient, body, status, attempts, next_attempt_at, idempotency_key, content_hash, correlation_id, created_at, updated_at)
            VALUES ('{id}', '{NotificationsApp.Number}', 'Hello', '{status}', {attempts}, now(), {(key is null ? "NULL" : $"'{key}'")}, '\x00', 'c', now(), now());
            INSERT INTO notifications.message_events (message_id, status, at) VALUES ('{id}', 'accepted', now());
            """);
        return id;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
