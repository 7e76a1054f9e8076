using System.Collections.Concurrent;
using System.Diagnostics;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>The worker: from claim to committed outcome.</summary>
public sealed class WorkerTests(DataStores stores) : QueueTest(stores)
{
    private static readonly (string, string) NoPolling = ("Queues:items:PollInterval", "00:01:00");
    private static readonly (string, string) FastPolling = ("Queues:items:PollInterval", "00:00:00.05");
    private static readonly Task<JobOutcome> Done = Task.FromResult<JobOutcome>(new JobOutcome.Done());

    [Fact]
    public async Task Committed_job_is_done_at_once_and_leaves_nothing_behind()
    {
        var handled = new ConcurrentBag<Job<Item>>();
        var app = await StartAsync(
            (job, _) =>
            {
                handled.Add(job);
                return Done;
            },
            NoPolling);

        await app.EnqueueAsync(new NewJob<Item>(new Item(1, "one")) { OrderingKey = "a" });

        await Eventually.ReadAsync(app.DepthAsync, depth => depth == default && !handled.IsEmpty);
        var job = Assert.Single(handled);
        Assert.Equal((new Item(1, "one"), 1, 20, "a"), (job.Payload, job.Attempt, job.MaxAttempts, job.OrderingKey));
    }

    [Fact]
    public async Task Exception_is_a_retry_with_its_message_as_the_reason()
    {
        var attempts = new ConcurrentQueue<int>();
        var app = await StartAsync(
            (job, _) =>
            {
                attempts.Enqueue(job.Attempt);
                throw new InvalidOperationException("no \0luck");
            },
            FastPolling, ("Queues:items:FirstDelay", "00:00:00.01"), ("Queues:items:MaxAttempts", "3"));

        await app.EnqueueAsync(New(1));

        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Dead == 1);
        Assert.Equal([1, 2, 3], attempts);
        var dead = Assert.Single(await app.Queue.ListDeadAsync(0, 10, Cancellation));
        Assert.Equal("InvalidOperationException: no luck", dead.Reason);
        Assert.Single(app.Log.All, line => line.StartsWith("Error: Job", StringComparison.Ordinal));
        Assert.Equal(2, app.Log.All.Count(line => line.StartsWith("Warning: Attempt", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Hopeless_job_is_dead_at_once()
    {
        var app = await StartAsync((_, _) => Task.FromResult<JobOutcome>(new JobOutcome.Dead("no such address")), NoPolling);
        await app.EnqueueAsync(New(1));

        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Dead == 1);

        Assert.Equal("no such address", Assert.Single(await app.Queue.ListDeadAsync(0, 10, Cancellation)).Reason);
    }

    [Fact]
    public async Task Payload_that_cannot_be_read_is_dead()
    {
        var app = await StartAsync((_, _) => Done, FastPolling);
        await app.ScalarAsync<long>(
            """
            INSERT INTO tests.jobs (queue, state, priority, max_attempts, due_at, payload)
            VALUES ('items', 'ready', 1, 5, now(), '{"Number":"seven"}') RETURNING id
            """);

        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Dead == 1);
    }

    [Fact]
    public async Task Job_belongs_to_the_trace_and_correlation_of_who_enqueued_it()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == QueueMetrics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        var seen = new TaskCompletionSource<(string? Correlation, ActivityTraceId? Trace)>();
        var app = await StartAsync(
            (_, _) =>
            {
                seen.SetResult((CorrelationId.Current, Activity.Current?.TraceId));
                throw new InvalidOperationException("seen");
            },
            NoPolling);

        using var request = new Activity("request").Start();
        AmbientCorrelation.Id = "case-42";
        await app.EnqueueAsync(New(1));

        Assert.Equal(("case-42", request.TraceId), await seen.Task.WaitAsync(Cancellation));
        await Eventually.ReadAsync(
            () => Task.FromResult(app.Log.All),
            lines => lines.Any(line => line.StartsWith("Warning: Attempt", StringComparison.Ordinal)
                && line.Contains("correlationId=case-42", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lease_of_a_long_job_is_renewed()
    {
        var finish = new TaskCompletionSource<JobOutcome>();
        var begun = 0;
        Task<JobOutcome> Handle(Job<Item> job, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref begun);
            return finish.Task;
        }

        var app = await StartAsync(Handle, FastPolling, ("Queues:items:Lease", "00:00:01.5"));
        await StartAsync(Handle, FastPolling, ("Queues:items:Lease", "00:00:01.5"));
        await app.EnqueueAsync(New(1));

        // Twice the lease
        await Eventually.ReadAsync(
            () => app.ScalarAsync<bool>("SELECT coalesce(max(lease_until - created_at) > interval '4.5 s', false) FROM tests.jobs"),
            renewed => renewed);
        finish.SetResult(new JobOutcome.Done());

        await Eventually.ReadAsync(app.DepthAsync, depth => depth == default);
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task Job_whose_lease_is_lost_is_cancelled_and_its_outcome_refused()
    {
        var cancelled = new TaskCompletionSource();
        var app = await StartAsync(
            async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.SetResult();
                return new JobOutcome.Done();
            },
            NoPolling, ("Queues:items:Lease", "00:00:02"));
        await app.EnqueueAsync(New(1));
        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Running == 1);

        // As another worker's claim would
        await app.ScalarAsync<long>(
            "UPDATE tests.jobs SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 h' RETURNING id");

        await cancelled.Task.WaitAsync(Cancellation);
        await Eventually.ReadAsync(
            () => Task.FromResult(app.Log.All), lines => lines.Any(line => line.Contains("refused", StringComparison.Ordinal)));
        Assert.Equal(1, (await app.DepthAsync()).Running);
    }

    [Fact]
    public async Task Job_that_others_have_taken_before_it_began_is_not_begun()
    {
        var finish = new TaskCompletionSource<JobOutcome>();
        var begun = new ConcurrentQueue<int>();
        var app = await StartAsync(
            (job, _) =>
            {
                begun.Enqueue(job.Payload.Number);
                return job.Payload.Number == 1 ? finish.Task : Done;
            },
            FastPolling, ("Queues:items:Concurrency", "1"), ("Queues:items:Lease", "00:00:06"));
        await app.EnqueueAsync(New(1), New(2), New(3));
        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Running == 3);

        // As another worker's claim would
        await app.ScalarAsync<long>(
            "UPDATE tests.jobs SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 h' WHERE payload->>'Number' = '2' RETURNING id");
        // The next renewal is of all that is held; when the one after it is there, its answer has been read
        var first = await LeaseAsync();
        var second = await Eventually.ReadAsync(LeaseAsync, until => until > first);
        await Eventually.ReadAsync(LeaseAsync, until => until > second);
        finish.SetResult(new JobOutcome.Done());

        await Eventually.ReadAsync(app.DepthAsync, depth => depth is { Running: 1, Waiting: 0 });
        Assert.Equal([1, 3], begun);

        Task<DateTime> LeaseAsync() => app.ScalarAsync<DateTime>("SELECT lease_until FROM tests.jobs WHERE payload->>'Number' = '1'");
    }

    [Fact]
    public async Task What_a_failure_says_is_redacted_in_its_trace()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == QueueMetrics.Activities,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var name = $"+23480312345{Random.Shared.Next(10, 99)}";
        var app = await StartAsync((_, _) => throw new InvalidOperationException($"no customer {name} of {Database.Name}"), NoPolling);

        await app.EnqueueAsync(New(1));

        var span = await Eventually.ReadAsync(
            () => Task.FromResult(ended.FirstOrDefault(activity => activity.StatusDescription?.Contains(Database.Name, StringComparison.Ordinal) == true)),
            found => found is not null);
        Assert.DoesNotContain(name, span!.StatusDescription!, StringComparison.Ordinal);
        Assert.Contains("no customer +2348*****", span.StatusDescription!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_waits_for_as_long_as_its_queue_was_given()
    {
        var app = await StartAsync((_, _) => Done, ("Queues:items:StopGrace", "00:00:50"));

        Assert.Equal(TimeSpan.FromSeconds(55), app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public async Task Stopping_worker_finishes_what_runs_and_gives_back_what_was_not_begun()
    {
        var finish = new TaskCompletionSource<JobOutcome>();
        var begun = new TaskCompletionSource();
        var app = await StartAsync(
            (_, _) =>
            {
                begun.TrySetResult();
                return finish.Task;
            },
            NoPolling, ("Queues:items:Concurrency", "1"), ("Queues:items:Prefetch", "4"));
        await app.EnqueueAsync(New(1), New(2), New(3), New(4), New(5));
        await begun.Task.WaitAsync(Cancellation);
        await Eventually.ReadAsync(app.DepthAsync, depth => depth.Running == 5);

        var stopping = app.StopAsync();
        await Eventually.ReadAsync(app.DepthAsync, depth => depth is { Running: 1, Waiting: 4 });
        finish.SetResult(new JobOutcome.Done());
        await stopping;

        Assert.Equal(4, (await app.DepthAsync()).Waiting);
        Assert.Equal(0L, await app.ScalarAsync<long>("SELECT sum(attempts) FROM tests.jobs"));
    }

    /// <summary>Several queues would not all have their time otherwise.</summary>
    [Fact]
    public async Task Worker_drains_from_the_beginning_of_the_stop_on_and_not_when_its_turn_comes()
    {
        var (begun, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await QueueApp.StartAsync(
            Database.ConnectionString,
            async (_, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.SetResult();
                return new JobOutcome.Done();
            },
            new StopsAfter(cancelled.Task),
            [("Queues:items:StopGrace", "00:00:00.1")]);
        await app.EnqueueAsync(New(1));
        await begun.Task.WaitAsync(Cancellation);

        await app.StopAsync();

        Assert.True(cancelled.Task.IsCompleted);
    }

    [Fact]
    public async Task Stopping_worker_cancels_what_does_not_end_and_gives_it_back()
    {
        var begun = new TaskCompletionSource();
        var app = await StartAsync(
            async (_, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return new JobOutcome.Done();
            },
            NoPolling, ("Queues:items:StopGrace", "00:00:00.1"));
        await app.EnqueueAsync(New(1));
        await begun.Task.WaitAsync(Cancellation);

        await app.StopAsync();

        var depth = await app.DepthAsync();
        Assert.Equal((1, 0), (depth.Waiting, depth.Running));
        Assert.Equal(0, await app.ScalarAsync<int>("SELECT attempts FROM tests.jobs"));
    }

    private sealed class StopsAfter(Task something) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => something.WaitAsync(cancellationToken);
    }
}
