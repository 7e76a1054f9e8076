using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Tests.Inbox;

namespace ProdReady.Webhooks.Tests.Retention;

public sealed class RetentionTests(DataStores stores) : WebhooksTest(stores, ("Webhooks:Retention:EventDays", "4"))
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private InboxStore Inbox => App.Services.GetRequiredService<InboxStore>();

    /// <summary>Of tomorrow: for the service itself, nothing is over yet.</summary>
    private RetentionWorker Worker => WorkerAt(Now.AddDays(1));

    [Fact]
    public async Task There_is_a_partition_for_a_week_ahead_and_for_what_may_be_admitted()
    {
        var days = await App.Services.GetRequiredService<RetentionStore>().DaysAsync(Ct);

        var today = DateOnly.FromDateTime(Now.UtcDateTime);
        Assert.Superset(
            Enumerable.Range(-4, 12).Select(today.AddDays).ToHashSet(), days.ToHashSet());
    }

    [Fact]
    public async Task Day_that_is_over_goes_and_the_last_one_that_counts_stays()
    {
        await AddAsync("over", -4);
        await AddAsync("kept", -3);

        await Worker.RunOnceAsync(Ct);

        Assert.Equal("kept", await ScalarAsync<string>("SELECT string_agg(event_id, ' ') FROM webhooks.events"));
    }

    [Fact]
    public async Task Day_with_something_to_deliver_stays()
    {
        await AddAsync("over", -4);
        await ScalarAsync<object>(
            """
            INSERT INTO webhooks.deliveries (event_id, position, received_at, destination)
            SELECT id, position, received_at, 'orders' FROM webhooks.events
            """);

        var log = new Warnings();
        await WorkerAt(Now.AddDays(1), log).RunOnceAsync(Ct);
        Assert.Equal(1, await CountAsync());
        Assert.Contains(": 1 of them wait for the destination orders. ", Assert.Single(log.All), StringComparison.Ordinal);

        await ScalarAsync<object>("UPDATE webhooks.deliveries SET state = 'dead'");
        await Worker.RunOnceAsync(Ct);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Day_with_something_that_was_not_handed_out_for_delivery_stays()
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var turn = new NpgsqlCommand("SELECT position FROM webhooks.cursors WHERE name = 'deliver' FOR UPDATE", connection, transaction);
        await turn.ExecuteScalarAsync(Ct);
        await Inbox.AddAsync([NewEvents.Of("stripe", "over", "over", Now.AddDays(-4))]);

        await Worker.RunOnceAsync(Ct);
        Assert.Equal(1, await CountAsync());

        await transaction.RollbackAsync(Ct);
        await HandedOutAsync();
        await Worker.RunOnceAsync(Ct);
        Assert.Equal(0, await CountAsync());
    }

    /// <summary>One replica of the next year would take the events of all.</summary>
    [Fact]
    public async Task Clock_that_is_days_ahead_of_the_databases_drops_nothing()
    {
        await AddAsync("kept", -3);

        await WorkerAt(Now.AddDays(40)).RunOnceAsync(Ct);

        Assert.Equal(1, await CountAsync());
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM webhooks.keys"));
    }

    [Fact]
    public async Task Keys_go_when_a_repetition_would_be_a_new_event()
    {
        await Inbox.AddAsync([NewEvents.Of("stripe", "over", "1", Now) with { RepeatedUntil = Now.AddSeconds(-1) }]);
        await Inbox.AddAsync([NewEvents.Of("stripe", "kept", "2", Now) with { RepeatedUntil = Now.AddHours(1) }]);

        await Worker.RunOnceAsync(Ct);

        Assert.Equal(EventKey.OfId("stripe", "kept"), await ScalarAsync<Guid>("SELECT key FROM webhooks.keys"));
    }

    /// <summary>Of hundreds of millions of keys, some thousand are over each hour.</summary>
    [Fact]
    public async Task Keys_that_are_over_are_found_without_reading_the_others()
    {
        // In the room of old ones, so that those which are over are everywhere
        await ScalarAsync<object>(
            """
            INSERT INTO webhooks.keys (key, id, body_sha256, expires_at)
            SELECT gen_random_uuid(), gen_random_uuid(), sha256(number::text::bytea),
                now() + CASE WHEN number % 5000 = 0 THEN interval '-1 day' ELSE number * interval '1 minute' END
            FROM generate_series(1, 50000) AS number
            """);
        await ScalarAsync<object>("ANALYZE webhooks.keys");

        var plan = await ScalarAsync<string>(
            $"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {RetentionStore.DeletionOf("keys", "key", "expires_at", "<= statement_timestamp()")}");

        using var root = JsonDocument.Parse(plan!);
        var top = root.RootElement[0].GetProperty("Plan");
        Assert.InRange(top.GetProperty("Shared Hit Blocks").GetInt64() + top.GetProperty("Shared Read Blocks").GetInt64(), 1, 300);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM webhooks.keys WHERE expires_at < now()"));
    }

    /// <summary>
    /// Dropping asks for a lock that everybody else would wait behind: it gives up rather than stop the intake, and does not come again at
    /// once. What needs no such lock goes on.
    /// </summary>
    [Fact]
    public async Task Drop_gives_way_to_a_long_reader()
    {
        await AddAsync("over", -4);
        await Inbox.AddAsync([NewEvents.Of("stripe", "pruned", "1", Now) with { RepeatedUntil = Now.AddSeconds(-1) }]);
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var reading = new NpgsqlCommand("SELECT count(*) FROM webhooks.events", connection, transaction);
        await reading.ExecuteScalarAsync(Ct);
        var (log, time) = (new Warnings(), new FakeTimeProvider(Now.AddDays(1)));
        using var worker = WorkerAt(time, log);

        await worker.StartAsync(Ct);
        await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM webhooks.keys WHERE expires_at < now()"), count => count == 0);
        var first = time.GetUtcNow();
        await Eventually.ReadAsync(() => AMinuteLaterAsync(() => Task.FromResult(log.All.Count)), count => count > 1);
        Assert.True(time.GetUtcNow() - first >= TimeSpan.FromHours(1), $"tried again after {time.GetUtcNow() - first}");
        Assert.All(log.All, warning => Assert.Contains("could not be dropped", warning, StringComparison.Ordinal));

        await transaction.RollbackAsync(Ct);
        await Eventually.ReadAsync(
            () => AMinuteLaterAsync(() => ScalarAsync<long>("SELECT count(*) FROM webhooks.events WHERE event_id = 'over'")), count => count == 0);
        await worker.StopAsync(Ct);

        Task<T> AMinuteLaterAsync<T>(Func<Task<T>> read)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return read();
        }
    }

    private RetentionWorker WorkerAt(DateTimeOffset now, ILogger<RetentionWorker>? log = null) => WorkerAt(new FakeTimeProvider(now), log);

    private RetentionWorker WorkerAt(TimeProvider time, ILogger<RetentionWorker>? log = null) => new(
        App.Services.GetRequiredService<RetentionStore>(),
        App.Services.GetRequiredService<IOptions<RetentionOptions>>(),
        time,
        log ?? NullLogger<RetentionWorker>.Instance);

    private async Task AddAsync(string id, int days)
    {
        await Inbox.AddAsync([NewEvents.Of("stripe", id, id, Now.AddDays(days))]);
        await HandedOutAsync();
    }

    /// <summary>Nobody wants these events, so that they are done with as soon as the dispatcher has passed them.</summary>
    private Task<bool> HandedOutAsync() => Eventually.ReadAsync(
        () => ScalarAsync<bool>(
            "SELECT position >= (SELECT max(position) FROM webhooks.events) FROM webhooks.cursors WHERE name = 'deliver'"),
        passed => passed);

    private sealed class Warnings : ILogger<RetentionWorker>
    {
        public ConcurrentQueue<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue(formatter(state, exception));
    }
}
