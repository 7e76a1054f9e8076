using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Hosting;

/// <summary>How a service ends that does not get as far as serving.</summary>
public sealed class ServiceRunnerTests(DataStores stores) : IDisposable
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=me;Password=secret;Database=shop";
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly WaitingLines _waiting = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _waiting.Dispose();

    [Fact]
    public async Task Stopped_while_it_waits_for_the_database_it_ends_well()
    {
        await using var app = Build(Nowhere);
        var run = app.RunServiceAsync();
        await WaitsAsync(run);

        app.Lifetime.StopApplication();

        Assert.Equal(0, await run.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_database_that_is_away_for_too_long_has_an_exit_code_of_its_own()
    {
        await using var app = Build(Nowhere);
        var run = app.RunServiceAsync();
        await WaitsAsync(run);

        await Eventually.ReadAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(run.IsCompleted);
            },
            ended => ended);

        Assert.Equal(ServiceRunner.Unavailable, await run);
    }

    [Fact]
    public async Task A_migration_that_fails_has_another()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = Build(database.ConnectionString, new MigrationScript("tests", "0001_wrong", "SELECT FROM nothing"));

        Assert.Equal(ServiceRunner.StartFailed, await app.RunServiceAsync().WaitAsync(Cancellation));
    }

    /// <summary>The migration's own connection may be the one that fails.</summary>
    [Fact]
    public async Task A_database_that_goes_away_under_a_migration_is_away()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = Build(
            database.ConnectionString,
            new MigrationScript("tests", "0001_away", "DO $$ BEGIN RAISE EXCEPTION 'starting up' USING ERRCODE = '57P03'; END $$"));
        var run = app.RunServiceAsync();
        await WaitsAsync(run);

        app.Lifetime.StopApplication();

        Assert.Equal(0, await run.WaitAsync(Cancellation));
    }

    /// <summary>As a dump holds it: the change gives up its place, so that nobody waits behind it, and is tried again.</summary>
    [Fact]
    public async Task A_migration_waits_for_a_table_that_is_in_use_and_holds_nobody_up()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await ExecuteAsync(connection, "CREATE SCHEMA tests; CREATE TABLE tests.things (a int)");
        var dump = await connection.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(connection, "LOCK TABLE tests.things IN ACCESS SHARE MODE");
        await using var app = Build(
            database.ConnectionString, new MigrationScript("tests", "0001_change", "ALTER TABLE tests.things ADD COLUMN b int"));

        var run = app.RunServiceAsync();
        await WaitsAsync(run);
        Assert.False(app.Lifetime.ApplicationStarted.IsCancellationRequested);
        await dump.DisposeAsync();

        await Eventually.ReadAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(run.IsCompleted || app.Lifetime.ApplicationStarted.IsCancellationRequested);
            },
            isOver => isOver);
        await ExecuteAsync(connection, "SELECT b FROM tests.things");
        app.Lifetime.StopApplication();
        Assert.Equal(0, await run.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_as_a_start_that_failed()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls($"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();

        Assert.Equal(ServiceRunner.StartFailed, await app.RunServiceAsync().WaitAsync(Cancellation));
    }

    private async Task WaitsAsync(Task<int> run)
    {
        await Task.WhenAny(run, _waiting.First).WaitAsync(Cancellation);
        Assert.False(run.IsCompleted, "It has ended in place of waiting");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private WebApplication Build(string connectionString, params MigrationScript[] scripts)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Configuration["ConnectionStrings:prodready"] = connectionString;
        builder.AddServiceDefaults();
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Logging.ClearProviders().AddProvider(_waiting);
        builder.AddPostgres();
        builder.AddMigrations("tests", typeof(ServiceRunnerTests).Assembly);
        foreach (var script in scripts)
        {
            builder.Services.AddSingleton(script);
        }

        return builder.Build();
    }

    /// <summary>Tells when the migrations wait for the first time.</summary>
    private sealed class WaitingLines : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task First => _first.Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith("Waiting for", StringComparison.Ordinal))
            {
                _first.TrySetResult();
            }
        }

        public void Dispose()
        {
        }
    }
}
