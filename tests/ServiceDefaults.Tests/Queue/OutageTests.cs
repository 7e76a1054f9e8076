using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>What the worker does while the database, or its connection to it, is away.</summary>
public sealed class OutageTests(DataStores stores) : QueueTest(stores)
{
    private readonly ConcurrentBag<int> _handled = [];

    [Fact]
    public async Task Worker_goes_on_when_the_database_is_back_and_has_said_so_once()
    {
        var app = await StartAsync(HandleAsync, ("Queues:items:PollInterval", "00:00:00.05"));
        await AllowConnectionsAsync(false);
        await Eventually.ReadAsync(() => Task.FromResult(Lines(app, "Error")), lines => lines.Count > 0);
        await AllowConnectionsAsync(true);
        // Connections that lie in the pool and were cut off are the worker's business, not this caller's
        app.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        await app.EnqueueAsync(New(1));

        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 1);
        await Eventually.ReadAsync(
            () => Task.FromResult(Lines(app, "Information").Where(line => line.Contains("again", StringComparison.Ordinal)).ToList()),
            lines => lines.Count > 0);
        Assert.Single(Lines(app, "Error"));
    }

    [Fact]
    public async Task Worker_goes_on_when_a_frozen_server_thaws()
    {
        var server = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        await using var proxy = new FreezableProxy(server.Port);
        var enqueuer = await StartAsync();
        await using var app = await QueueApp.StartAsync(
            new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Port = proxy.Port }.ConnectionString,
            HandleAsync,
            ("Queues:items:PollInterval", "00:00:00.05"),
            // A claim that was on its way may still reach the server when it thaws: nobody knows of it, and the job waits for its lease to end
            ("Queues:items:Lease", "00:00:05"));
        await enqueuer.EnqueueAsync(New(1));
        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 1);

        proxy.Freeze();
        await enqueuer.EnqueueAsync(New(2));
        // Until the statements that hung have been given up
        await Eventually.ReadAsync(() => Task.FromResult(Lines(app, "Error")), lines => lines.Count > 0);
        proxy.Thaw();

        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 2);
        await Eventually.ReadAsync(enqueuer.DepthAsync, depth => depth == default);
        Assert.Single(Lines(app, "Error"));
    }

    /// <summary>The job that could not be renewed is gone, and no other has come: nothing is renewed that would show it.</summary>
    [Fact]
    public async Task The_end_is_told_on_a_quiet_queue_too()
    {
        var finish = new TaskCompletionSource<JobOutcome>();
        var app = await StartAsync((_, _) => finish.Task, ("Queues:items:PollInterval", "00:01:00"), ("Queues:items:Lease", "00:00:03"));
        await app.EnqueueAsync(New(1));
        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Running == 1);

        // A renewal changes the row, the commit of the outcome takes it away
        await app.ExecuteAsync(
            """
            CREATE FUNCTION tests.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON tests.jobs FOR EACH ROW EXECUTE FUNCTION tests.refuse()
            """);
        await Eventually.ReadAsync(() => Task.FromResult(Lines(app, "Error")), lines => lines.Count > 0);
        finish.SetResult(new JobOutcome.Done());

        await Eventually.ReadAsync(
            () => Task.FromResult(Lines(app, "Information")), lines => lines.Any(line => line.Contains("again", StringComparison.Ordinal)));
    }

    /// <summary>A statement is given 10 s, which is longer than this lease.</summary>
    [Fact]
    public async Task A_renewal_that_hangs_is_given_up_while_another_can_still_save_the_lease()
    {
        var finish = new TaskCompletionSource<JobOutcome>();
        var app = await StartAsync((_, _) => finish.Task, ("Queues:items:PollInterval", "00:01:00"), ("Queues:items:Lease", "00:00:06"));
        await app.EnqueueAsync(New(1));
        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Running == 1);
        await using var other = new NpgsqlConnection(Database.ConnectionString);
        await other.OpenAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await using (var command = new NpgsqlCommand("LOCK TABLE tests.jobs", other))
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        // The first goes on until it is given up
        var renewals = new SortedSet<DateTime>();
        await Eventually.ReadAsync(
            async () => renewals.Add(await app.ScalarAsync<DateTime>(
                """
                SELECT coalesce(max(query_start), '-infinity') FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%SET lease_until = clock_timestamp() + $3%'
                """)) ? renewals.Count : 0,
            count => count == 3);

        var begun = renewals.Skip(1).ToList();
        Assert.InRange(begun[1] - begun[0], TimeSpan.Zero, TimeSpan.FromSeconds(8));
        await transaction.RollbackAsync(Cancellation);
        finish.SetResult(new JobOutcome.Done());
    }

    [Fact]
    public void What_lasts_is_said_every_five_minutes_and_what_comes_after_it_at_once()
    {
        var (time, log) = (new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(1)), new LogLines());
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log));
        var outage = new QueueOutage(time, factory.CreateLogger<QueueOutage>());
        var (stuck, other) = (new object(), new object());

        outage.Failed(stuck, new TimeoutException());
        outage.Failed(other, new TimeoutException());
        outage.Over(other);
        Assert.Single(log.All);
        time.Advance(TimeSpan.FromMinutes(5));
        outage.Failed(other, new TimeoutException());
        Assert.Equal(2, log.All.Count);
        outage.Over(other);
        outage.Over(stuck);
        outage.Failed(other, new TimeoutException());

        Assert.Equal(["Error", "Error", "Information", "Error"], log.All.Select(line => line.Split(':')[0]));
    }

    [Fact]
    public async Task Job_that_no_notification_tells_of_is_found_by_polling()
    {
        var app = await StartAsync(HandleAsync, ("Queues:items:PollInterval", "00:00:00.05"));

        await app.ScalarAsync<long>(
            """
            INSERT INTO tests.jobs (queue, state, priority, max_attempts, due_at, payload)
            VALUES ('items', 'ready', 1, 1, now(), '{"Number":7}') RETURNING id
            """);

        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 1);
    }

    [Fact]
    public async Task Cut_listener_listens_again()
    {
        // Polling comes too late for this test
        var app = await StartAsync(HandleAsync, ("Queues:items:PollInterval", "00:01:00"));
        await app.EnqueueAsync(New(1));
        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 1);
        var listener = await Eventually.ReadAsync(() => ListenerAsync(app), pid => pid != 0);

        await app.ScalarAsync<bool>($"SELECT pg_terminate_backend({listener})");
        // Lost for good, as its connection is down
        await app.EnqueueAsync(New(2));

        await Eventually.ReadAsync(() => ListenerAsync(app), pid => pid != 0 && pid != listener);
        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 2);
        await app.EnqueueAsync(New(3));
        await Eventually.ReadAsync(() => Task.FromResult(_handled.Count), count => count == 3);
    }

    private Task<JobOutcome> HandleAsync(Job<Item> job, CancellationToken cancellationToken)
    {
        _handled.Add(job.Payload.Number);
        return Task.FromResult<JobOutcome>(new JobOutcome.Done());
    }

    private static List<string> Lines(QueueApp app, string level) =>
        [.. app.Log.All.Where(line => line.StartsWith(level, StringComparison.Ordinal) && line.Contains("queues", StringComparison.Ordinal))];

    private static Task<int> ListenerAsync(QueueApp app) => app.ScalarAsync<int>(
        "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");

    private async Task AllowConnectionsAsync(bool allow)
    {
        var server = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = "postgres", Pooling = false };
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(
            $"""
            ALTER DATABASE "{Database.Name}" ALLOW_CONNECTIONS {allow};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Database.Name}' AND NOT {allow}
            """);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
