using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Edge;

/// <summary>
/// The gateway with everything on (limits by address and by API key on Redis, security headers, a JSON line a request, telemetry without an
/// exporter) against bare YARP in a process of the same form, with the same upstream.
/// </summary>
internal static class GatewayBenchmark
{
    private const int Rounds = 5;
    private const string Path = "api/orders";

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
        var script = System.IO.Path.GetTempFileName();
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

    /// <summary>As <see cref="HotKeyAsync"/>, against nginx with limit_req, the same headers and a JSON line a request.</summary>
    public static async Task<Comparison> NginxAsync(CancellationToken cancellationToken)
    {
        await using var servers = await EdgeServers.StartAsync([], cancellationToken);
        await using var nginx = await NginxServer.StartAsync(
            servers.Upstream.Url, await AddedHeadersAsync(servers, cancellationToken), cancellationToken);
        return await MeasureAsync(
            new(new(servers.Gateway.Url, Path)) { Headers = [servers.KeyHeader] },
            nginx.Url,
            result => result.RequestsPerSecond,
            "req/s",
            "nginx, limit_req",
            "at least 0.60",
            cancellationToken);
    }

    private static Func<WrkLoad, WrkLoad> Load() => load => load;

    private static async Task<Comparison> CompareAsync(
        Func<WrkLoad, WrkLoad> gatewayLoad,
        Func<WrkResult, double> figure,
        string unit,
        string target,
        CancellationToken cancellationToken,
        params (string Key, string Value)[] settings)
    {
        await using var servers = await EdgeServers.StartAsync(settings, cancellationToken);
        await using var yarp = await BenchServer.StartAsync(
            GatewayServers.Yarp, new Dictionary<string, string?> { [GatewayServers.UpstreamVariable] = $"{servers.Upstream.Url}" }, cancellationToken);
        var ours = gatewayLoad(new WrkLoad(new(servers.Gateway.Url, Path)) { Headers = [servers.KeyHeader] });
        return await MeasureAsync(ours, yarp.Url, figure, unit, "bare YARP", target, cancellationToken);
    }

    private static async Task<Comparison> MeasureAsync(
        WrkLoad ours,
        Uri other,
        Func<WrkResult, double> figure,
        string unit,
        string otherName,
        string target,
        CancellationToken cancellationToken)
    {
        var reference = ours with { Url = new(other, Path), IsRefused = false };
        await Wrk.WarmUpAsync(ours, cancellationToken);
        await Wrk.WarmUpAsync(reference, cancellationToken);
        var (measured, compared) = await Alternating.MedianAsync(
            Rounds,
            async () => figure(await Wrk.MeasureAsync(ours, cancellationToken)),
            async () => figure(await Wrk.MeasureAsync(reference, cancellationToken)));
        return new Comparison(measured, compared, unit, otherName, target);
    }

    /// <summary>What the gateway adds to an answer of the upstream's and nginx can add, too: all but what changes from answer to answer.</summary>
    private static async Task<IReadOnlyList<KeyValuePair<string, string>>> AddedHeadersAsync(EdgeServers servers, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var ours = await http.GetAsync(new Uri(servers.Gateway.Url, Path), cancellationToken);
        using var theirs = await http.GetAsync(new Uri(servers.Upstream.Url, Path), cancellationToken);
        return
        [
            .. from header in ours.Headers
               where !theirs.Headers.Contains(header.Key) && header.Key is not ("X-Correlation-ID" or "Connection")
                   && !header.Key.StartsWith("RateLimit", StringComparison.OrdinalIgnoreCase)
               select KeyValuePair.Create(header.Key, string.Join(", ", header.Value)),
        ];
    }
}
