using System.Reflection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Postgres;

/// <summary>Migrations while another replica holds their lock.</summary>
public sealed class MigrationLockTests(DataStores stores) : IAsyncLifetime
{
    private const string Waiting = "Waiting for a lock to migrate schema shop: another replica migrates it, or a dump is under way";

    private readonly FakeTimeProvider _time = new();
    private readonly MigrationLines _lines = [];
    private TestDatabase _database = null!;
    private NpgsqlConnection _other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _other = new(_database.ConnectionString);
        await _other.OpenAsync(Cancellation);
        await ExecuteAsync("SELECT pg_advisory_lock(hashtextextended('prodready:migrations:shop', 0))");
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task They_wait_whether_or_not_the_service_needs_them(bool isVital)
    {
        using var worker = Worker(isVital);
        var starting = worker.StartingAsync(Cancellation);
        await WaitsAsync(starting);

        await ExecuteAsync("SELECT pg_advisory_unlock_all()");
        await PassAsync(starting);

        await starting;
        Assert.Equal([Waiting, "Schema shop migrated by 0001.sql"], _lines);
        await ExecuteAsync("SELECT FROM shop.things");
    }

    [Fact]
    public async Task A_service_that_goes_on_without_them_waits_for_half_a_minute_and_migrates_later()
    {
        using var worker = Worker(isVital: false);
        var starting = worker.StartingAsync(Cancellation);
        await WaitsAsync(starting);

        await PassAsync(starting);

        await starting;
        Assert.StartsWith("Starting before schema shop is migrated; ", _lines.Last(), StringComparison.Ordinal);
        await ExecuteAsync("SELECT pg_advisory_unlock_all()");
        await PassAsync(IsMigratedAsync());
    }

    /// <summary>As the index of a large table does. Given up, it would begin anew at every start.</summary>
    [Fact]
    public async Task A_statement_may_take_longer_than_others_are_given()
    {
        await ExecuteAsync("SELECT pg_advisory_unlock_all()");
        using var worker = Worker(isVital: true, ";Command Timeout=1", "SELECT pg_sleep(2); ");

        await worker.StartingAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        await ExecuteAsync("SELECT FROM shop.things");
    }

    /// <summary>A standby may stay one: it is asked once a minute, and that is said.</summary>
    [Fact]
    public async Task A_server_that_takes_no_changes_is_not_asked_all_the_time()
    {
        await ExecuteAsync("SELECT pg_advisory_unlock_all()");
        using var worker = Worker(isVital: false, ";Options=-c default_transaction_read_only=on");

        await worker.StartingAsync(Cancellation);
        await Eventually.ReadAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(_lines.Count);
            },
            count => count >= 2);

        Assert.StartsWith("Starting before schema shop is migrated; ", _lines.First(), StringComparison.Ordinal);
        Assert.Contains("read-only", _lines.First(), StringComparison.Ordinal);
        Assert.DoesNotContain("Starting", _lines.ElementAt(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db.example", 30)]
    [InlineData("Host=one,two", 30)]
    [InlineData("Host=/var/run/postgresql", 0)]
    [InlineData("Host=@socket", 0)]
    public void A_server_that_is_gone_is_noticed_where_it_is_elsewhere(string connectionString, int expected) =>
        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(MigrationWorker.Patient(connectionString)).TcpKeepAliveTime);

    private MigrationWorker Worker(bool isVital, string setting = "", string before = "") => new(
        "shop",
        Assembly.GetExecutingAssembly(),
        isVital,
        [new("shop", "0001.sql", $"{before}CREATE TABLE shop.things (id int)")],
        new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:prodready", _database.ConnectionString + setting)]).Build(),
        _time,
        _lines);

    private async Task WaitsAsync(Task starting)
    {
        await Eventually.ReadAsync(() => Task.FromResult(starting.IsCompleted || !_lines.IsEmpty), isOver => isOver);
        Assert.Equal(Waiting, Assert.Single(_lines));
        Assert.False(starting.IsCompleted);
    }

    private Task<bool> PassAsync(Task waited) => Eventually.ReadAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(waited.IsCompleted);
        },
        isOver => isOver);

    private async Task IsMigratedAsync()
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('shop.things') IS NOT NULL", _other);
        await Eventually.ReadAsync(async () => (bool)(await command.ExecuteScalarAsync(Cancellation))!, isThere => isThere);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _other);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
