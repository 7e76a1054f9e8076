using System.Text.Json;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Edge;

/// <summary>
/// The gateway with everything on (limits by address and by API key on Redis, security headers, a JSON line a request, telemetry without an
/// exporter) against bare YARP in a process of the same form, with the same upstream.
/// </summary>
internal static class GatewayBenchmark
{
    private const int Rounds = 5;
    private const string AdminKey = "bench-admin-key-0123456789";

    /// <summary>Another address for each request, of 100,000.</summary>
    private const string ManyClients = """
        local client = 0
        function request()
          client = (client + 7919) % 100000
          wrk.headers["X-Forwarded-For"] = "10." .. math.floor(client / 65536) .. "." .. math.floor(client / 256) % 256 .. "." .. client % 256
          return wrk.format("GET")
        end
        """;

    /// <summary>One address and one API key, far from their limits.</summary>
    public static Task<Comparison> HotKeyAsync(CancellationToken cancellationToken) =>
        CompareAsync(Load(), result => result.RequestsPerSecond, "req/s", "at least 0.85", cancellationToken);

    /// <summary>How long all but 1 % of the requests take at most.</summary>
    public static Task<Comparison> HotKeySlowestAsync(CancellationToken cancellationToken) =>
        CompareAsync(Load(), result => result.P99, "ms", "at most 1.30", cancellationToken);

    /// <summary>100,000 addresses behind a trusted proxy, and one API key.</summary>
    public static async Task<Comparison> ManyClientsAsync(CancellationToken cancellationToken)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, ManyClients, cancellationToken);
        try
        {
            return await CompareAsync(
                load => load with { Script = script }, result => result.RequestsPerSecond, "req/s", "at least 0.70", cancellationToken);
        }
        finally
        {
            File.Delete(script);
        }
    }

    /// <summary>A client that has used up its limit.</summary>
    public static Task<Comparison> LimitedAsync(CancellationToken cancellationToken) => CompareAsync(
        load => load with { IsRefused = true },
        result => result.RequestsPerSecond,
        "req/s",
        "at least 1.50",
        cancellationToken,
        ("RateLimiting__Policies__general__Limit", "1"));

    private static Func<WrkLoad, WrkLoad> Load() => load => load;

    private static async Task<Comparison> CompareAsync(
        Func<WrkLoad, WrkLoad> gatewayLoad,
        Func<WrkResult, double> figure,
        string unit,
        string target,
        CancellationToken cancellationToken,
        params (string Key, string Value)[] settings)
    {
        await using var redis = await BenchRedis.StartAsync();
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var upstream = await BenchServer.StartAsync(GatewayServers.Upstream, new Dictionary<string, string?>(), cancellationToken);
        await using var yarp = await BenchServer.StartAsync(
            GatewayServers.Yarp, new Dictionary<string, string?> { [GatewayServers.UpstreamVariable] = $"{upstream.Url}" }, cancellationToken);
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

        await using var gateway = await BenchServer.StartServiceAsync("Gateway", environment, cancellationToken);
        var key = await CreateKeyAsync(gateway.Url, cancellationToken);
        var path = "api/orders";
        var ours = gatewayLoad(new WrkLoad(new(gateway.Url, path)) { Headers = [$"X-Api-Key: {key}"] });
        var reference = ours with { Url = new(yarp.Url, path), IsRefused = false };
        await Wrk.WarmUpAsync(ours, cancellationToken);
        await Wrk.WarmUpAsync(reference, cancellationToken);
        var (measured, compared) = await Alternating.MedianAsync(
            Rounds,
            async () => figure(await Wrk.MeasureAsync(ours, cancellationToken)),
            async () => figure(await Wrk.MeasureAsync(reference, cancellationToken)));
        return new Comparison(measured, compared, unit, "bare YARP", target);
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
