using System.Collections.Concurrent;
using System.Diagnostics;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>Several queues of one kind of payload, told apart by their names.</summary>
public sealed class NamedQueueTests(DataStores stores) : QueueTest(stores)
{
    [Fact]
    public async Task Each_queue_has_its_own_jobs_and_its_own_worker()
    {
        var handled = new ConcurrentBag<(string, int)>();
        using var host = await StartAsync((name, job) =>
        {
            handled.Add((name, job.Payload.Number));
            return new JobOutcome.Done();
        });

        await EnqueueAsync(host, "first", New(1));
        await EnqueueAsync(host, "second", New(2), New(3));

        await Eventually.ReadAsync(() => Task.FromResult(handled.Order().ToArray()), all => all.Length == 3);
        Assert.Equal([("first", 1), ("second", 2), ("second", 3)], handled.Order());
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_queue_that_hangs_does_not_hold_up_another()
    {
        var handled = new ConcurrentBag<int>();
        var hang = new TaskCompletionSource();
        using var host = await StartAsync((name, job) =>
        {
            handled.Add(job.Payload.Number);
            return new JobOutcome.Done();
        }, before: name => name == "first" ? hang.Task : Task.CompletedTask);

        await EnqueueAsync(host, "first", [.. Enumerable.Range(100, 60).Select(number => New(number))]);
        await EnqueueAsync(host, "second", New(1), New(2));

        await Eventually.ReadAsync(() => Task.FromResult(handled.Count), count => count == 2);
        Assert.Equal([1, 2], handled.Order());
        hang.SetResult();
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Queue_without_a_name_is_ambiguous_and_a_name_is_taken_once()
    {
        using var host = await StartAsync((_, _) => new JobOutcome.Done());
        Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<JobQueue<Item>>());
        var builder = Host.CreateApplicationBuilder();
        builder.AddJobQueue("tests", "first", ItemJson.Default.Item);
        Assert.Throws<ArgumentException>(() => builder.AddJobQueue("tests", "first", ItemJson.Default.Item));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Job_belongs_to_its_own_origin()
    {
        var seen = new TaskCompletionSource<(string?, string?)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == QueueMetrics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var host = await StartAsync((_, _) =>
        {
            seen.TrySetResult((CorrelationId.Current, Activity.Current?.TraceId.ToHexString()));
            return new JobOutcome.Done();
        });

        AmbientCorrelation.Id = "the-enqueuers";
        await EnqueueAsync(host, "first", new NewJob<Item>(new Item(1))
        {
            Origin = new("the-causes", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        });

        Assert.Equal(("the-causes", "0af7651916cd43dd8448eb211c80319c"), await seen.Task.WaitAsync(Cancellation));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Released_job_has_used_up_no_attempt()
    {
        var attempts = new ConcurrentQueue<int>();
        using var host = await StartAsync((_, job) =>
        {
            attempts.Enqueue(job.Attempt);
            return attempts.Count < 3 ? new JobOutcome.Release() : new JobOutcome.Done();
        });

        await EnqueueAsync(host, "first", New(1));

        await Eventually.ReadAsync(() => Task.FromResult(attempts.ToArray()), all => all.Length == 3);
        Assert.Equal([1, 1, 1], attempts);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Postponed_job_comes_back_when_it_said_and_has_used_up_no_attempt()
    {
        var attempts = new ConcurrentQueue<(int Attempt, long At)>();
        using var host = await StartAsync((_, job) =>
        {
            attempts.Enqueue((job.Attempt, Stopwatch.GetTimestamp()));
            return attempts.Count < 2 ? new JobOutcome.Postpone(TimeSpan.FromSeconds(1)) : new JobOutcome.Done();
        });

        await EnqueueAsync(host, "first", New(1) with { MaxAttempts = 1 });

        var both = await Eventually.ReadAsync(() => Task.FromResult(attempts.ToArray()), all => all.Length == 2);
        Assert.Equal([1, 1], both.Select(attempt => attempt.Attempt));
        Assert.True(Stopwatch.GetElapsedTime(both[0].At, both[1].At) >= TimeSpan.FromMilliseconds(990));
        await host.StopAsync(Cancellation);
    }

    private async Task<IHost> StartAsync(Func<string, Job<Item>, JobOutcome> handle, Func<string, Task>? before = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:prodready"] = Database.ConnectionString;
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddPostgres();
        builder.AddMigrations("tests", typeof(NamedQueueTests).Assembly);
        foreach (var name in new[] { "first", "second" })
        {
            builder.AddJobQueue("tests", name, ItemJson.Default.Item);
            builder.AddJobWorker<Item>(name, _ => new GivenHandler(async job =>
            {
                await (before?.Invoke(name) ?? Task.CompletedTask);
                return handle(name, job);
            }));
        }

        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return host;
    }

    private static Task<int> EnqueueAsync(IHost host, string queue, params NewJob<Item>[] jobs) =>
        host.Services.GetRequiredKeyedService<JobQueue<Item>>(queue).EnqueueAsync(jobs, Cancellation);

    private sealed class GivenHandler(Func<Job<Item>, Task<JobOutcome>> handle) : IJobHandler<Item>
    {
        public Task<JobOutcome> HandleAsync(Job<Item> job, CancellationToken cancellationToken) => handle(job);
    }
}
