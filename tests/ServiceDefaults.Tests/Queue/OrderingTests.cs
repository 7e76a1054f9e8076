using System.Collections.Concurrent;
using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>Jobs with an ordering key.</summary>
public sealed class OrderingTests(DataStores stores) : QueueTest(stores)
{
    [Fact]
    public async Task One_of_a_key_runs_and_other_keys_go_on()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1, "a"), New(2, "a"), New(3, "b"), New(4), New(5, "b"));

        var jobs = await ClaimArrangedAsync(app);
        Assert.Equal([1, 3, 4], jobs.Select(job => Read(job).Number));
        Assert.Empty(await ClaimArrangedAsync(app));

        await app.FinishAsync([.. jobs.Select(job => new FinishedJob(job.Lease, job.OrderingKey, JobEnd.Done))]);
        Assert.Equal([2, 5], (await ClaimArrangedAsync(app)).Select(job => Read(job).Number));
    }

    [Fact]
    public async Task Retrying_job_blocks_its_key_until_it_is_dead()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1, "a") with { MaxAttempts = 2 }, New(2, "a"));
        var first = Assert.Single(await ClaimArrangedAsync(app));
        await app.FinishAsync(new FinishedJob(first.Lease, "a", JobEnd.Retry, TimeSpan.FromHours(1), "down"));
        Assert.Empty(await ClaimArrangedAsync(app));

        await app.ScalarAsync<int>("UPDATE tests.jobs SET due_at = due_at - interval '1 hour' WHERE state = 'ready' RETURNING 1");
        var again = Assert.Single(await ClaimArrangedAsync(app));
        Assert.Equal(first.Lease.Id, again.Lease.Id);
        await app.FinishAsync(new FinishedJob(again.Lease, "a", JobEnd.Retry, TimeSpan.Zero, "still down"));

        Assert.Equal([2], (await ClaimArrangedAsync(app)).Select(job => Read(job).Number));
    }

    [Fact]
    public async Task Job_whose_worker_died_blocks_its_key_until_it_is_dead()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1, "a") with { MaxAttempts = 2 }, New(2, "a"));
        await app.Store.ArrangeAsync(QueueApp.QueueName, Cancellation);
        foreach (var expected in new[] { 1, 1, 2 })
        {
            Assert.Equal([expected], (await app.ClaimAsync(lease: TimeSpan.Zero)).Jobs.Select(job => Read(job).Number));
            await app.Store.ExpireAsync(QueueApp.QueueName, Cancellation);
        }
    }

    [Fact]
    public async Task Requeued_job_waits_for_the_one_that_runs_and_goes_before_the_others()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1, "a"), New(2, "a"), New(3, "a"));
        var first = Assert.Single(await ClaimArrangedAsync(app));
        await app.FinishAsync(new FinishedJob(first.Lease, "a", JobEnd.Dead, Reason: "no"));
        var second = Assert.Single(await ClaimArrangedAsync(app));

        await app.Queue.RequeueDeadAsync([first.Lease.Id], Cancellation);

        Assert.Empty(await ClaimArrangedAsync(app));
        await app.FinishAsync(new FinishedJob(second.Lease, "a", JobEnd.Done));
        Assert.Equal([1], (await ClaimArrangedAsync(app)).Select(job => Read(job).Number));
    }

    [Fact]
    public async Task Job_that_commits_after_its_successor_has_begun_waits()
    {
        var app = await StartAsync();
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var slow = await connection.BeginTransactionAsync(Cancellation);
        await app.Queue.EnqueueAsync(connection, New(1, "a"), Cancellation);
        await app.EnqueueAsync(New(2, "a"));
        var second = Assert.Single(await ClaimArrangedAsync(app));

        await slow.CommitAsync(Cancellation);

        Assert.Empty(await ClaimArrangedAsync(app));
        await app.FinishAsync(new FinishedJob(second.Lease, "a", JobEnd.Done));
        Assert.Equal([1], (await ClaimArrangedAsync(app)).Select(job => Read(job).Number));
    }

    [Fact]
    public async Task Database_refuses_a_second_job_of_a_key()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1, "a"), New(2, "a"));
        await ClaimArrangedAsync(app);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => app.ScalarAsync<int>("UPDATE tests.jobs SET state = 'ready' WHERE state = 'blocked' RETURNING 1"));

        Assert.Equal("jobs_one_of_a_key", refused.ConstraintName);
    }

    /// <summary>Neither statement sees what the other is about to commit: that is what the lock on a key is for.</summary>
    [Fact]
    public async Task Job_that_arrives_while_the_one_before_is_being_ended_is_not_forgotten()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1, "a"));
        var first = Assert.Single(await ClaimArrangedAsync(app));
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var held = await connection.BeginTransactionAsync(Cancellation);
        await using (var command = new NpgsqlCommand(
            """
            CREATE FUNCTION tests.wait() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER wait AFTER DELETE ON tests.jobs DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION tests.wait();
            COMMIT;
            BEGIN;
            SELECT pg_advisory_xact_lock(42)
            """,
            connection))
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        // Waits in its commit
        var ending = app.FinishAsync(new FinishedJob(first.Lease, "a", JobEnd.Done));
        await Eventually.ReadAsync(
            () => app.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted"),
            waiting => waiting == 1);
        await app.EnqueueAsync(New(2, "a"));
        var arranging = app.Store.ArrangeAsync(QueueApp.QueueName, Cancellation);
        await Eventually.ReadAsync(
            () => app.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"),
            waiting => waiting == 2 || arranging.IsCompleted);
        await held.CommitAsync(Cancellation);
        await Task.WhenAll(ending, arranging);

        Assert.Equal([2], (await ClaimArrangedAsync(app)).Select(job => Read(job).Number));
    }

    /// <summary>
    /// Three workers, jobs that fail and jobs that die, and callers whose transactions end in another order than they began.
    /// A job that two statements each left to the other would never run, and the test would not end.
    /// </summary>
    [Fact]
    public async Task Keys_keep_their_order_under_several_workers_with_failures()
    {
        const int Keys = 10;
        const int JobsOfAKey = 40;
        var running = new ConcurrentDictionary<string, int>();
        var ended = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        var together = 0;

        async Task<JobOutcome> HandleAsync(Job<Item> job, CancellationToken cancellationToken)
        {
            if (!running.TryAdd(job.OrderingKey!, job.Payload.Number))
            {
                Interlocked.Increment(ref together);
            }

            try
            {
                await Task.Yield();
                JobOutcome outcome = Random.Shared.Next(10) switch
                {
                    0 => new JobOutcome.Retry("again", TimeSpan.FromMilliseconds(Random.Shared.Next(20))),
                    1 => new JobOutcome.Dead("never"),
                    2 => throw new InvalidOperationException("broken"),
                    _ => new JobOutcome.Done(),
                };
                if (outcome is not JobOutcome.Retry)
                {
                    ended.GetOrAdd(job.OrderingKey!, _ => new()).Enqueue(job.Payload.Number);
                }

                return outcome;
            }
            finally
            {
                running.TryRemove(job.OrderingKey!, out _);
            }
        }

        var settings = new[]
        {
            ("Queues:items:PollInterval", "00:00:00.05"), ("Queues:items:FirstDelay", "00:00:00.01"),
            ("Queues:items:LongestDelay", "00:00:00.05"), ("Queues:items:MaxAttempts", "1000"),
        };
        var apps = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(HandleAsync, settings)));
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(async key =>
        {
            for (var number = 0; number < JobsOfAKey; number += 4)
            {
                await apps[key % 3].EnqueueAsync(
                    [.. Enumerable.Range(number, 4).Select(each => New(each, $"ordered-{key}"))]);
            }
        }).Concat(Enumerable.Range(0, 40).Select(index => EnqueueLateAsync(apps[0], $"shared-{index % 2}"))));

        await Eventually.ReadAsync(apps[0].DepthAsync, depth => depth is { Waiting: 0, Running: 0 });

        Assert.Equal(0, together);
        for (var key = 0; key < Keys; key++)
        {
            Assert.Equal(Enumerable.Range(0, JobsOfAKey), ended[$"ordered-{key}"]);
        }

        Assert.Equal(40, ended["shared-0"].Count + ended["shared-1"].Count);
    }

    private async Task EnqueueLateAsync(QueueApp app, string key)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await app.Queue.EnqueueAsync(connection, New(0, key), Cancellation);
        await using (var wait = new NpgsqlCommand("SELECT pg_sleep(random() * 0.3)", connection))
        {
            await wait.ExecuteNonQueryAsync(Cancellation);
        }

        await transaction.CommitAsync(Cancellation);
    }

    /// <summary>What a worker does: it claims until nothing has arrived that has no place yet.</summary>
    private static async Task<List<ClaimedJob>> ClaimArrangedAsync(QueueApp app)
    {
        var jobs = new List<ClaimedJob>();
        while (true)
        {
            var claim = await app.ClaimAsync();
            jobs.AddRange(claim.Jobs);
            if (!claim.HasArrivals)
            {
                jobs.Sort((left, right) => left.Lease.Id.CompareTo(right.Lease.Id));
                return jobs;
            }

            await app.Store.ArrangeAsync(QueueApp.QueueName, Cancellation);
        }
    }
}
