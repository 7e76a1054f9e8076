using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>What dashboards and alerts see of a queue.</summary>
public sealed class QueueMetricsTests(DataStores stores) : QueueTest(stores)
{
    private static readonly (string, string) FastPolling = ("Queues:items:PollInterval", "00:00:00.05");
    private static readonly (string, string) FastRetries = ("Queues:items:FirstDelay", "00:00:00.01");

    [Fact]
    public void Every_counter_is_there_before_anything_happens()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var measured = new Measurements(factory);

        _ = new QueueMetrics(factory, [new JobQueueDefinition(QueueApp.Schema, QueueApp.QueueName)], TimeProvider.System);

        Assert.All(
            (string[])["attempts", "done", "retried", "dead", "lost", "expired"],
            counter => Assert.Equal(0, measured.Sum($"prodready.queue.{counter}{{queue=items}}")));
    }

    /// <summary>An alert on the age must not be quieted by the outage that it tells of.</summary>
    [Fact]
    public void What_waits_grows_older_while_the_database_does_not_tell()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var measured = new Measurements(factory);
        var time = new FakeTimeProvider();
        var metrics = new QueueMetrics(factory, [], time);
        metrics.Measured(new Dictionary<string, QueueDepth> { ["full"] = default(QueueDepth) with { Waiting = 1, OldestAge = 30 }, ["empty"] = default });

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(150, measured.Now("prodready.queue.oldest.age{queue=full}"));
        Assert.Equal(0, measured.Now("prodready.queue.oldest.age{queue=empty}"));
    }

    [Fact]
    public async Task Depth_is_measured_by_state_and_the_oldest_waiting_job_has_an_age()
    {
        var writer = await StartAsync();
        await writer.EnqueueAsync(New(1));
        Assert.Single((await writer.ClaimAsync()).Jobs);
        await writer.EnqueueAsync(New(2));
        var doomed = Assert.Single((await writer.ClaimAsync()).Jobs);
        Assert.Single(await writer.FinishAsync(new FinishedJob(doomed.Lease, null, JobEnd.Dead, Reason: "no use")));
        await writer.EnqueueAsync(New(3), New(4), New(5));
        await writer.ScalarAsync<long>(
            "UPDATE tests.jobs SET due_at = now() - interval '1 h' WHERE id = (SELECT max(id) FROM tests.jobs) RETURNING id");

        // It measures when it starts
        var app = await StartAsync();
        using var measured = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        await ReadAsync(() => measured.Now("prodready.queue.depth{queue=items,state=waiting}"), depth => depth == 3);
        Assert.Equal(1, measured.Now("prodready.queue.depth{queue=items,state=running}"));
        Assert.Equal(1, measured.Now("prodready.queue.depth{queue=items,state=dead}"));
        Assert.InRange(measured.Now("prodready.queue.oldest.age{queue=items}") ?? 0, 3_600, 4_000);
    }

    [Fact]
    public async Task Attempts_are_counted_with_what_became_of_them()
    {
        var app = await StartAsync(
            (job, _) => Task.FromResult<JobOutcome>((job.Payload.Number, job.Attempt) switch
            {
                (1, _) => new JobOutcome.Done(),
                (2, 1) => throw new InvalidOperationException("once"),
                (2, _) => new JobOutcome.Done(),
                _ => new JobOutcome.Dead("no use"),
            }),
            FastPolling, FastRetries);
        using var measured = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        await app.EnqueueAsync(New(1), New(2), New(3));

        await ReadAsync(() => measured.Sum("prodready.queue.done{queue=items}"), done => done == 2);
        await ReadAsync(() => measured.Sum("prodready.queue.dead{queue=items}"), dead => dead == 1);
        Assert.Equal(4, measured.Sum("prodready.queue.attempts{queue=items}"));
        Assert.Equal(1, measured.Sum("prodready.queue.retried{queue=items}"));
        Assert.Equal(4, measured.Of("prodready.queue.wait.duration{queue=items}").Count);
        Assert.NotEmpty(measured.Of("prodready.queue.claim.duration{queue=items}"));
        Assert.All(
            ((string, int)[])[("done", 2), ("retry", 1), ("dead", 1)],
            outcome => Assert.Equal(
                outcome.Item2, measured.Of($"prodready.queue.handle.duration{{queue=items,outcome={outcome.Item1}}}").Count));
    }

    [Fact]
    public async Task A_lease_that_ends_is_counted_where_it_is_found_and_where_it_was_lost()
    {
        var finish = new TaskCompletionSource<JobOutcome>();
        var app = await StartAsync((_, _) => finish.Task, FastPolling);
        using var measured = new Measurements(app.Services.GetRequiredService<IMeterFactory>());
        await app.EnqueueAsync(New(1));
        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Running == 1);

        // As if another worker had claimed it, and died
        await app.ScalarAsync<long>(
            "UPDATE tests.jobs SET lease_token = gen_random_uuid(), lease_until = now() - interval '1 s' RETURNING id");
        finish.SetResult(new JobOutcome.Done());

        await ReadAsync(() => measured.Sum("prodready.queue.expired{queue=items}"), expired => expired == 1);
        await ReadAsync(() => measured.Sum("prodready.queue.lost{queue=items}"), lost => lost == 1);
    }

    private static Task<double?> ReadAsync(Func<double?> read, Func<double?, bool> done) =>
        Eventually.ReadAsync(() => Task.FromResult(read()), done);
}
