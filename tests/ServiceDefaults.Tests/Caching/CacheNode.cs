using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>One of the processes that share a cache: a host of its own, with a connection, a memory and metrics of its own.</summary>
internal sealed class CacheNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly NodeLog _log;

    private CacheNode(IHost host, NodeLog log) => (_host, _log) = (host, log);

    public Cache Cache => Get<Cache>();

    public IConnectionMultiplexer Redis => Get<IConnectionMultiplexer>();

    /// <summary>Warnings and errors, as <c>Category: text</c>.</summary>
    public IReadOnlyCollection<string> Log => _log.Lines;

    /// <summary>How it stands with Redis, and its log: for the message of a test that fails.</summary>
    public string State => $"Redis is {(Get<CacheRedis>().IsUsable ? "usable" : "away")}. {string.Join(' ', Log)}";

    /// <summary>Starts one, and waits until it shares: before that, what is set stays in its own memory, and is removed later.</summary>
    public static async Task<CacheNode> StartAsync(string redis, string prefix, params (string Key, string Value)[] settings)
    {
        var node = await StartAnywayAsync(redis, prefix, settings);
        await Eventually.ReadAsync(() => Task.FromResult(node.State), _ => node.Get<CacheRedis>().IsUsable);
        return node;
    }

    /// <summary>Starts one, whether Redis is there or not.</summary>
    public static async Task<CacheNode> StartAnywayAsync(string redis, string prefix, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:redis"] = redis;
        builder.Configuration["Cache:KeyPrefix"] = prefix.TrimEnd(':');
        // A busy machine must not make it look as if Redis were away
        builder.Configuration["Cache:RedisTimeout"] = "00:00:02";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        var log = new NodeLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.AddRedis();
        builder.AddCache();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new CacheNode(host, log);
    }

    /// <summary>A part of the cache.</summary>
    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>How many reads had this outcome.</summary>
    public long Requests(string outcome) => (long)Measure("prodready.cache.requests", "outcome", outcome);

    /// <summary>The sum of an observed instrument's measurements that bear a tag.</summary>
    public double Measure(string instrument, string? tag = null, string? value = null)
    {
        var sum = 0.0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (found, to) =>
        {
            if (found.Name == instrument && ReferenceEquals(found.Meter.Scope, Get<IMeterFactory>()))
            {
                to.EnableMeasurementEvents(found);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, measured, tags, _) => sum += Matches(tags) ? measured : 0);
        listener.SetMeasurementEventCallback<double>((_, measured, tags, _) => sum += Matches(tags) ? measured : 0);
        listener.Start();
        listener.RecordObservableInstruments();
        return sum;

        bool Matches(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            tag is null || tags.Contains(new KeyValuePair<string, object?>(tag, value));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private sealed class NodeLog : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new NodeLogger(categoryName, Lines);

        public void Dispose()
        {
        }
    }

    private sealed class NodeLogger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Enqueue($"{category}: {formatter(state, exception)}");
            }
        }
    }
}
