using System.Runtime;
using ProdReady.Bench.Backups;
using ProdReady.Bench.Defaults;
using ProdReady.Bench.Edge;
using ProdReady.Bench.Measuring;
using ProdReady.Bench.Notifications;
using ProdReady.Bench.Webhooks;
using Spectre.Console;

namespace ProdReady.Bench;

/// <summary><c>./prodready bench [name]</c>: runs the benchmarks whose area or name is asked for, and prints their ratios.</summary>
internal static class BenchProgram
{
    private const string AgainstNginx = "gateway/nginx";

    /// <summary>What some need that not every machine has; <see langword="null"/> where nothing is missing.</summary>
    private static readonly Dictionary<string, Func<string?>> Needs =
        new() { [AgainstNginx] = NginxServer.Lack };

    /// <summary>Every benchmark by <c>area/name</c>; <c>./prodready bench area</c> runs all of an area.</summary>
    private static readonly IReadOnlyList<(string Name, Func<CancellationToken, Task<Comparison>> RunAsync)> Benchmarks =
    [
        ("defaults/request-log", MiddlewareBenchmark.WithRequestLogAsync),
        ("defaults/no-request-log", MiddlewareBenchmark.WithoutRequestLogAsync),
        ("defaults/cache-hit", CacheHit.RunAsync),
        ("defaults/queue", QueueDrain.RunAsync),
        ("defaults/group-commit", GroupCommitInserts.RunAsync),
        ("gateway/hot-key", GatewayBenchmark.HotKeyAsync),
        ("gateway/hot-key-p99", GatewayBenchmark.HotKeySlowestAsync),
        ("gateway/100000-clients", GatewayBenchmark.ManyClientsAsync),
        ("gateway/limited", GatewayBenchmark.LimitedAsync),
        (AgainstNginx, GatewayBenchmark.NginxAsync),
        ("webhooks/ingest", IngestBenchmark.RateAsync),
        ("webhooks/ingest-p99", IngestBenchmark.SlowestAsync),
        ("webhooks/store", StoreBenchmark.RunAsync),
        ("webhooks/verify", VerifyBenchmark.RunAsync),
        ("webhooks/drain", Webhooks.DrainBenchmark.RunAsync),
        ("webhooks/search", SearchBenchmark.RunAsync),
        ("notifications/intake", IntakeBenchmark.RunAsync),
        ("notifications/drain", Notifications.DrainBenchmark.RunAsync),
        ("notifications/verify-check", VerifyCheckBenchmark.RunAsync),
        ("backup/dump", BackupBenchmark.DumpAsync),
        ("backup/restore", BackupBenchmark.RestoreAsync),
        ("backup/memory", BackupBenchmark.MemoryAsync),
    ];

    public static async Task<int> RunAsync(string[] names)
    {
        if (names is ["serve", var kind])
        {
            await (kind switch
            {
                GatewayServers.Upstream or GatewayServers.Yarp => GatewayServers.ServeAsync(kind),
                DeliverySink.Kind => DeliverySink.ServeAsync(),
                _ => MiddlewareBenchmark.ServeAsync(kind),
            });
            return 0;
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        var chosen = Benchmarks.Where(benchmark => names.Length == 0 || names.Any(name => IsChosen(benchmark.Name, name))).ToList();
        if (chosen.Count == 0)
        {
            await Console.Error.WriteLineAsync(
                $"No benchmark is called {string.Join(", ", names)}. There are: {string.Join(", ", Benchmarks.Select(benchmark => benchmark.Name))}");
            return 1;
        }

        Console.WriteLine(
            $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {(GCSettings.IsServerGC ? "server" : "workstation")} GC");
        var table = new Table().RoundedBorder().AddColumns("Benchmark", "Measured", "Reference", "Ratio", "Target");
        foreach (var (name, run) in chosen)
        {
            if (Needs.TryGetValue(name, out var lack) && lack() is { } missing)
            {
                Console.WriteLine($"{name} is left out: {missing}");
                continue;
            }

            Console.WriteLine($"{name} ...");
            var comparison = await run(stop.Token);
            Console.WriteLine($"  {comparison}");
            table.AddRow(name, comparison.MeasuredText, comparison.ReferenceText, comparison.RatioText, comparison.Target);
        }

        AnsiConsole.Write(table);
        return 0;
    }

    private static bool IsChosen(string benchmark, string name) =>
        string.Equals(benchmark, name, StringComparison.OrdinalIgnoreCase)
        || benchmark.StartsWith($"{name}/", StringComparison.OrdinalIgnoreCase);
}
