using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Bench.Edge;

/// <summary>The reference, and what stands behind both.</summary>
internal static class GatewayServers
{
    public const string Upstream = "upstream";
    public const string Yarp = "yarp";

    /// <summary>Where the upstream is, for the process that proxies to it.</summary>
    public const string UpstreamVariable = "BENCH_UPSTREAM";

    /// <summary>Runs one of them until it is stopped.</summary>
    public static async Task ServeAsync(string kind)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        if (kind == Yarp)
        {
            builder.Services.AddReverseProxy().LoadFromMemory(
                [new RouteConfig { RouteId = "api", ClusterId = "upstream", Match = new() { Path = "/api/{**path}" } }],
                [
                    new ClusterConfig
                    {
                        ClusterId = "upstream",
                        Destinations = new Dictionary<string, DestinationConfig>
                        {
                            ["one"] = new() { Address = Environment.GetEnvironmentVariable(UpstreamVariable)! },
                        },
                    },
                ]);
        }

        await using var app = builder.Build();
        app.MapGet("/", () => "ok");
        if (kind == Yarp)
        {
            app.MapReverseProxy();
        }
        else
        {
            app.MapGet("/api/{**path}", () => "ok");
        }

        await app.RunAsync();
    }
}
