using ProdReady.Bench.Measuring;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Bench.Defaults;

/// <summary>What ServiceDefaults' middleware costs on an empty endpoint, against bare Kestrel in the same process form.</summary>
internal static class MiddlewareBenchmark
{
    private const int Rounds = 9;

    /// <summary>With everything on, a JSON line a request included.</summary>
    public static Task<Comparison> WithRequestLogAsync(CancellationToken cancellationToken) =>
        CompareAsync([], "at least 0.80", cancellationToken);

    /// <summary>Without the line a request.</summary>
    public static Task<Comparison> WithoutRequestLogAsync(CancellationToken cancellationToken) =>
        CompareAsync(new() { ["RequestLogging__Enabled"] = "false" }, "at least 0.90", cancellationToken);

    /// <summary>Runs one of the two servers until it is stopped.</summary>
    public static async Task ServeAsync(string kind)
    {
        var builder = WebApplication.CreateBuilder();
        if (kind == "defaults")
        {
            builder.AddServiceDefaults();
        }
        else
        {
            builder.Logging.ClearProviders();
        }

        await using var app = builder.Build();
        if (kind == "defaults")
        {
            app.UseServiceDefaults();
            app.UseEndpointAuthorization();
        }

        app.MapGet("/", () => "ok");
        await app.RunAsync();
    }

    private static async Task<Comparison> CompareAsync(
        Dictionary<string, string?> environment, string target, CancellationToken cancellationToken)
    {
        await using var defaults = await BenchServer.StartAsync("defaults", environment, cancellationToken);
        await using var bare = await BenchServer.StartAsync("bare", new Dictionary<string, string?>(), cancellationToken);
        await Wrk.WarmUpAsync(new(defaults.Url), cancellationToken);
        await Wrk.WarmUpAsync(new(bare.Url), cancellationToken);
        var (ours, reference) = await Alternating.MedianAsync(
            Rounds,
            () => Wrk.RequestsPerSecondAsync(defaults.Url, cancellationToken),
            () => Wrk.RequestsPerSecondAsync(bare.Url, cancellationToken));
        return new Comparison(ours, reference, "req/s", "bare Kestrel", target);
    }
}
