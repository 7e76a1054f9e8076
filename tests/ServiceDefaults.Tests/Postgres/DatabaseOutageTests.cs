using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Postgres;

/// <summary>Postgres servers that are away, also those whose names do not resolve, as that of a container that is stopped.</summary>
public sealed class DatabaseOutageTests(DataStores stores)
{
    // Reserved for this (RFC 2606); and nothing listens on port 1
    private const string Hosts = "nowhere.invalid,127.0.0.1:1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_that_does_not_resolve_is_an_outage(bool pooling)
    {
        await using var database = NpgsqlDataSource.Create($"Host=nowhere.invalid;Username=me;Database=shop;Timeout=5;Pooling={pooling}");
        Exception[] failures =
        [
            await Assert.ThrowsAnyAsync<Exception>(async () => await database.OpenConnectionAsync(Cancellation)),
            Assert.ThrowsAny<Exception>(database.OpenConnection),
            await Assert.ThrowsAnyAsync<Exception>(async () => await database.CreateCommand("SELECT 1").ExecuteScalarAsync(Cancellation)),
        ];
        Assert.All(failures, failure => Assert.IsType<SocketException>(Assert.IsType<NpgsqlException>(failure).InnerException, exactMatch: false));
        Assert.All(failures, failure => Assert.True(DatabaseOutage.Caused(failure)));
    }

    [Fact]
    public async Task Of_several_hosts_that_are_all_away_it_is_an_outage()
    {
        await using var database = NpgsqlDataSource.Create($"Host={Hosts};Username=me;Database=shop;Timeout=5");

        var failure = await Assert.ThrowsAsync<NpgsqlException>(async () => await database.OpenConnectionAsync(Cancellation));

        Assert.False(failure.IsTransient);
        Assert.True(DatabaseOutage.Caused(failure));
    }

    [Fact]
    public void Where_one_of_several_hosts_refuses_it_is_none()
    {
        var away = new NpgsqlException("away", new SocketException((int)SocketError.HostNotFound));
        var refuses = new PostgresException("wrong password", "FATAL", "FATAL", PostgresErrorCodes.InvalidPassword);
        Assert.True(DatabaseOutage.Caused(new NpgsqlException("all", new AggregateException(away, away))));
        Assert.False(DatabaseOutage.Caused(new NpgsqlException("all", new AggregateException(away, refuses))));
    }

    /// <summary>One that has become a standby, or whose disk is full, as managed ones say it.</summary>
    [Fact]
    public async Task A_server_that_takes_no_writes_is_an_outage()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create($"{database.ConnectionString};Options=-c default_transaction_read_only=on");

        var failure = await Assert.ThrowsAsync<PostgresException>(
            () => source.CreateCommand("CREATE TABLE things (id int)").ExecuteNonQueryAsync(Cancellation));

        Assert.False(failure.IsTransient);
        Assert.True(DatabaseOutage.Caused(failure));
    }

    [Fact]
    public void What_the_database_refuses_is_none()
    {
        Assert.False(DatabaseOutage.Caused(new PostgresException("no such table", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable)));
        Assert.True(DatabaseOutage.Caused(new PostgresException("stopping", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown)));
        Assert.False(DatabaseOutage.Caused(new NpgsqlException("not of the connection")));
        Assert.False(DatabaseOutage.Caused(new InvalidOperationException()));
    }

    [Fact]
    public async Task Endpoints_answer_503()
    {
        await using var database = NpgsqlDataSource.Create($"Host={Hosts};Username=me;Database=shop;Timeout=5");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/rows", async () => await database.CreateCommand("SELECT 1").ExecuteScalarAsync(Cancellation))
            .AnswerWhileDatabaseIsAway("Repeat the request.");
        await app.StartAsync(Cancellation);

        using var answer = await app.GetTestClient().GetAsync("/rows", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
    }

    /// <summary>Npgsql remembers for ten seconds which hosts were away, and does not try them.</summary>
    [Fact]
    public async Task Asked_a_second_time_it_is_still_away()
    {
        await using var database = new NpgsqlDataSourceBuilder("Host=127.0.0.1:1,127.0.0.1:2;Username=me;Database=shop").BuildMultiHost();

        for (var call = 0; call < 3; call++)
        {
            var exception = await Assert.ThrowsAsync<NpgsqlException>(async () => await database.OpenConnectionAsync(Cancellation));
            Assert.True(DatabaseOutage.Caused(exception), exception.ToString());
        }
    }

    [Fact]
    public async Task Migrations_wait_for_it_and_not_for_ever()
    {
        var time = new FakeTimeProvider();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:prodready", $"postgres://me:secret@{Hosts}/shop")])
            .Build();
        var lines = new MigrationLines();
        using var worker = new MigrationWorker("shop", Assembly.GetExecutingAssembly(), isVital: true, [], configuration, time, lines);

        var starting = worker.StartingAsync(Cancellation);
        await Eventually.ReadAsync(() => Task.FromResult(starting.IsCompleted || lines.Count > 0), isOver => isOver);
        Assert.False(starting.IsCompleted);
        await Eventually.ReadAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(starting.IsCompleted);
            },
            isOver => isOver);

        await Assert.ThrowsAsync<NpgsqlException>(() => starting);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.StartsWith("Waiting for the database to migrate schema shop: ", line, StringComparison.Ordinal));
    }
}
