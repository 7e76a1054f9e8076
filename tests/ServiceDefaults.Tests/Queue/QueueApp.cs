using System.Text.Json.Serialization;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>A process with one queue, and a worker where it is given something to do.</summary>
internal sealed class QueueApp : IAsyncDisposable
{
    public const string Schema = "tests";
    public const string QueueName = "items";

    private readonly IHost _host;

    private QueueApp(IHost host, LogLines log)
    {
        _host = host;
        Log = log;
    }

    public LogLines Log { get; }

    public IServiceProvider Services => _host.Services;

    public JobQueue<Item> Queue => Services.GetRequiredService<JobQueue<Item>>();

    public JobStore Store => Services.GetRequiredService<JobStore>();

    /// <summary>Starts a process on <paramref name="connectionString"/>; with a handler it works, too.</summary>
    public static Task<QueueApp> StartAsync(
        string connectionString,
        Func<Job<Item>, CancellationToken, Task<JobOutcome>>? handle = null,
        params (string Key, string Value)[] settings) => StartAsync(connectionString, handle, null, settings);

    /// <summary>Starts a process with a service that is stopped before the worker.</summary>
    public static async Task<QueueApp> StartAsync(
        string connectionString,
        Func<Job<Item>, CancellationToken, Task<JobOutcome>>? handle,
        IHostedService? stoppedFirst,
        (string Key, string Value)[] settings)
    {
        var log = new LogLines();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:prodready"] = connectionString;
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Logging.AddProvider(log);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddPostgres();
        builder.AddMigrations(Schema, typeof(QueueApp).Assembly);
        builder.AddJobQueue(Schema, QueueName, ItemJson.Default.Item);
        if (handle is not null)
        {
            builder.Services.AddSingleton(handle);
            builder.AddJobWorker<Item, GivenHandler>();
        }

        if (stoppedFirst is not null)
        {
            builder.Services.AddSingleton(stoppedFirst);
        }

        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new QueueApp(host, log);
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public Task<int> EnqueueAsync(params NewJob<Item>[] jobs) => Queue.EnqueueAsync(jobs, TestContext.Current.CancellationToken);

    public Task<Claim> ClaimAsync(int limit = 100, TimeSpan? lease = null) =>
        Store.ClaimAsync(QueueName, limit, lease ?? TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public Task<IReadOnlyList<EndedJob>> FinishAsync(params FinishedJob[] jobs) =>
        Store.FinishAsync(QueueName, jobs, TestContext.Current.CancellationToken);

    public async Task<QueueDepth> DepthAsync() =>
        (await Store.MeasureAsync(TestContext.Current.CancellationToken)).GetValueOrDefault(QueueName);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private sealed class GivenHandler(Func<Job<Item>, CancellationToken, Task<JobOutcome>> handle) : IJobHandler<Item>
    {
        public Task<JobOutcome> HandleAsync(Job<Item> job, CancellationToken cancellationToken) => handle(job, cancellationToken);
    }
}

internal sealed record Item(int Number, string? Text = null);

[JsonSerializable(typeof(Item))]
internal sealed partial class ItemJson : JsonSerializerContext;
