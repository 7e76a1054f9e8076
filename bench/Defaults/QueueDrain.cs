using System.Diagnostics;
using System.Text.Json.Serialization;
using Npgsql;
using ProdReady.Bench.Measuring;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Bench.Defaults;

/// <summary>
/// Jobs a second that one worker claims and completes in batches, against the usual queue in SQL: eight clients that each
/// claim one row with FOR UPDATE SKIP LOCKED, commit, delete it, and commit again, in statements that are prepared.
/// </summary>
internal static class QueueDrain
{
    private const int Rounds = 5;
    private const int Jobs = 50_000;
    private const int Clients = 8;
    private const int ReferenceJobs = 4_000;

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await database.ExecuteAsync(
            """
            CREATE TABLE rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, payload json NOT NULL);
            CREATE INDEX ON rows (id) WHERE state = 'ready'
            """,
            cancellationToken);
        var (ours, reference) = await Alternating.MedianAsync(
            Rounds, () => DrainAsync(database, cancellationToken), () => DrainOneByOneAsync(database, cancellationToken));
        return new Comparison(ours, reference, "jobs/s", $"{Clients} Npgsql clients, one row at a time", "at least 10,000 jobs/s");
    }

    private static async Task<double> DrainAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        var done = new Countdown(Jobs);
        using (var enqueuer = CreateHost(database, null))
        {
            await enqueuer.StartAsync(cancellationToken);
            await enqueuer.Services.GetRequiredService<JobQueue<BenchItem>>().EnqueueAsync(
                [.. Enumerable.Range(0, Jobs).Select(number => new NewJob<BenchItem>(new(number, "a payload of some length")))],
                cancellationToken);
            await enqueuer.StopAsync(cancellationToken);
        }

        using var host = CreateHost(database, done);
        var started = Stopwatch.GetTimestamp();
        await host.StartAsync(cancellationToken);
        await done.Reached.WaitAsync(cancellationToken);
        // Until the last one is completed, not only handled
        while (await database.ScalarAsync<long>("SELECT count(*) FROM bench.jobs", cancellationToken) > 0)
        {
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await host.StopAsync(cancellationToken);
        return Jobs / seconds;
    }

    private static IHost CreateHost(BenchDatabase database, Countdown? work)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:prodready"] = database.ConnectionString;
        builder.Configuration["Queues:bench:Prefetch"] = "2000";
        builder.Services.AddMetrics();
        builder.AddPostgres();
        builder.AddMigrations("bench", typeof(QueueDrain).Assembly);
        builder.AddJobQueue("bench", "bench", BenchJson.Default.BenchItem);
        if (work is not null)
        {
            builder.Services.AddSingleton(work);
            builder.AddJobWorker<BenchItem, BenchHandler>();
        }

        return builder.Build();
    }

    private static async Task<double> DrainOneByOneAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            $$"""
            INSERT INTO rows (state, payload)
            SELECT 'ready', '{"number":1,"text":"a payload of some length"}' FROM generate_series(1, {{ReferenceJobs}})
            """,
            cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(
            async () =>
            {
                await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
                await using var claim = new NpgsqlCommand(
                    """
                    UPDATE rows SET state = 'running'
                    WHERE id = (SELECT id FROM rows WHERE state = 'ready' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
                    RETURNING id, payload
                    """,
                    connection);
                await claim.PrepareAsync(cancellationToken);
                await using var complete = new NpgsqlCommand("DELETE FROM rows WHERE id = $1", connection);
                var id = new NpgsqlParameter<long>();
                complete.Parameters.Add(id);
                await complete.PrepareAsync(cancellationToken);
                while (await claim.ExecuteScalarAsync(cancellationToken) is long claimed)
                {
                    id.TypedValue = claimed;
                    await complete.ExecuteNonQueryAsync(cancellationToken);
                }
            },
            cancellationToken)));
        return ReferenceJobs / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    internal sealed class BenchHandler(Countdown done) : IJobHandler<BenchItem>
    {
        private static readonly Task<JobOutcome> Done = Task.FromResult<JobOutcome>(new JobOutcome.Done());

        public Task<JobOutcome> HandleAsync(Job<BenchItem> job, CancellationToken cancellationToken)
        {
            done.Signal();
            return Done;
        }
    }

    internal sealed class Countdown(int count)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = count;

        public Task Reached => _reached.Task;

        public void Signal()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _reached.TrySetResult();
            }
        }
    }
}

internal sealed record BenchItem(int Number, string Text);

[JsonSerializable(typeof(BenchItem))]
internal sealed partial class BenchJson : JsonSerializerContext;
