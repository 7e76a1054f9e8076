using System.Diagnostics.Metrics;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>The limiter of one gateway, with a connection, a memory and metrics of its own.</summary>
internal sealed class LimiterNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RateLimiter _limiter;
    private readonly Partitions _partitions;
    private readonly List<MeterCounts> _counts = [];

    private LimiterNode(WebApplication app)
    {
        _app = app;
        _limiter = app.Services.GetRequiredService<RateLimiter>();
        _partitions = app.Services.GetRequiredService<Partitions>();
    }

    public LogLines Logs { get; } = new();

    public static async Task<LimiterNode> StartAsync(string redis, string prefix, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["RateLimiting:KeyPrefix"] = prefix;
        // A busy machine must not make it look as if Redis were away
        builder.Configuration["RateLimiting:Timeout"] = "00:00:05";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton(TimeProvider.System);
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => connection);
        builder.AddRateLimiting();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var node = new LimiterNode(app);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(node.Logs);
        return node;
    }

    /// <summary>Several gateways that share their counts.</summary>
    public static async Task<LimiterNode[]> StartAsync(int count, string redis, params (string Key, string Value)[] settings)
    {
        var prefix = DataStores.CreateRedisPrefix();
        return await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartAsync(redis, prefix, settings)));
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public Task<RateLimitDecision> DecideAsync(params (RateLimitPolicy Policy, string Client)[] uses) => _limiter.DecideAsync(
        [.. uses.Select(use => new RateLimitUse(use.Policy, use.Policy.Quota, _partitions.Get(use.Policy, use.Client)))]).AsTask();

    public async Task<RateLimitVerdict> DecideAsync(RateLimitPolicy policy, string client) =>
        (await DecideAsync((policy, client))).Verdicts[0];

    public void End(RateLimitDecision decision) => _limiter.End(decision);

    /// <summary>Counts the scripts that go to Redis from now on.</summary>
    public Func<int> CountScripts()
    {
        var counts = Counts();
        return () => (int)counts["redis.batch"];
    }

    /// <summary>What it counts from now on.</summary>
    public MeterCounts Counts()
    {
        var counts = new MeterCounts(Get<IMeterFactory>(), "prodready.rate_limit.");
        _counts.Add(counts);
        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        _counts.ForEach(counts => counts.Dispose());
        var redis = Get<IConnectionMultiplexer>();
        await _app.DisposeAsync();
        await redis.DisposeAsync();
    }
}

/// <summary>Policies as tests need them.</summary>
internal static class APolicy
{
    public static RateLimitPolicy Of(
        RateLimitAlgorithm algorithm, int limit, double seconds, FailureMode failureMode = FailureMode.Local, bool isShadow = false, int cost = 1,
        string name = "policy") => new()
        {
            Name = name,
            Algorithm = algorithm,
            Quota = new(limit, TimeSpan.FromSeconds(seconds)),
            Partitioner = Partitioner.Global,
            FailureMode = failureMode,
            IsShadow = isShadow,
            Cost = cost,
        };

    public static RateLimitPolicy Sliding(int limit, double seconds) => Of(RateLimitAlgorithm.Sliding, limit, seconds);
}
