using System.Text.Json;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Edge;

/// <summary>A gateway with everything on, and what it needs: Redis, Postgres, an upstream, an API key.</summary>
internal sealed class EdgeServers(BenchRedis redis, BenchDatabase database, BenchServer upstream, BenchServer gateway, string key) : IAsyncDisposable
{
    private const string AdminKey = "bench-admin-key-0123456789";

    public BenchServer Upstream => upstream;

    public BenchServer Gateway => gateway;

    /// <summary>The header that calls go with.</summary>
    public string KeyHeader => $"X-Api-Key: {key}";

    /// <summary>Starts them.</summary>
    /// <param name="settings">The gateway's, besides those that keep all calls far from their limits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<EdgeServers> StartAsync((string Key, string Value)[] settings, CancellationToken cancellationToken)
    {
        var redis = await BenchRedis.StartAsync();
        var database = await BenchDatabase.StartAsync(cancellationToken);
        var upstream = await BenchServer.StartAsync(GatewayServers.Upstream, new Dictionary<string, string?>(), cancellationToken);
        var environment = new Dictionary<string, string?>
        {
            ["ConnectionStrings__redis"] = redis.ConnectionString,
            ["ConnectionStrings__prodready"] = database.ConnectionString,
            ["UPSTREAM_URL"] = $"{upstream.Url}",
            ["PRODREADY_ADMIN_KEY"] = AdminKey,
            ["Clients__TrustedProxies__0"] = "127.0.0.0/8",
            ["RateLimiting__Policies__general__Limit"] = "1000000",
            ["RateLimiting__Policies__general__Window"] = "00:01:00",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        var gateway = await BenchServer.StartServiceAsync("Gateway", environment, cancellationToken);
        return new(redis, database, upstream, gateway, await CreateKeyAsync(gateway.Url, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await upstream.DisposeAsync();
        await database.DisposeAsync();
        await redis.DisposeAsync();
    }

    private static async Task<string> CreateKeyAsync(Uri gateway, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = gateway };
        http.DefaultRequestHeaders.Add("X-Api-Key", AdminKey);
        using var created = await http.PostAsJsonAsync(
            "admin/api-keys",
            new { name = "bench", scopes = (string[])["bench:call"], limit = new { requests = 1_000_000, windowSeconds = 60 } },
            cancellationToken);
        created.EnsureSuccessStatusCode();
        return (await created.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("key").GetString()!;
    }
}
