using System.Diagnostics;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Webhooks;

/// <summary>
/// Signed Stripe events of 1 KB that the service answers with 2xx, each after its commit, over 64 connections of HTTP, against
/// <see cref="PgbenchInserts"/> on the same server. Service, load and server share the machine, as pgbench and server do.
/// </summary>
internal static class IngestBenchmark
{
    private const int Rounds = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    public static Task<Comparison> RateAsync(CancellationToken cancellationToken) => CompareAsync(
        result => result.RequestsPerSecond,
        pgbench => pgbench.CommitsPerSecondAsync(cancellationToken),
        "commits/s",
        "at least 1.00",
        cancellationToken);

    /// <summary>How long all but 1 % of the senders wait at most.</summary>
    public static Task<Comparison> SlowestAsync(CancellationToken cancellationToken) => CompareAsync(
        result => result.P99, pgbench => pgbench.SlowestAsync(cancellationToken), "ms", "under 30 ms", cancellationToken);

    private static async Task<Comparison> CompareAsync(
        Func<WrkResult, double> figure,
        Func<PgbenchInserts, Task<double>> referenceAsync,
        string unit,
        string target,
        CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var pgbench = await PgbenchInserts.CreateAsync(database, cancellationToken);
        await using var service = await BenchServer.StartServiceAsync("Webhooks", Settings(database), cancellationToken);
        var (runs, answers) = (0, 0);
        async Task<WrkResult> IngestAsync()
        {
            await using var load = await StripeLoad.CreateAsync(cancellationToken);
            await database.CheckpointAsync(cancellationToken);
            var result = await load.RunAsync(service.Url, cancellationToken);
            (runs, answers) = (runs + 1, answers + result.Requests);
            return result;
        }

        // Until its compiler has done with the service: see Wrk.WarmUpAsync
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUp;)
        {
            await IngestAsync();
        }

        var (measured, reference) = await Alternating.MedianAsync(
            Rounds,
            async () => figure(await IngestAsync()),
            async () =>
            {
                await database.CheckpointAsync(cancellationToken);
                return await referenceAsync(pgbench);
            });
        await CheckAsync(database, runs, answers, cancellationToken);
        return new Comparison(measured, reference, unit, $"pgbench, {Wrk.Connections} clients, single-row inserts", target);
    }

    /// <summary>At its end wrk leaves what is under way alone: up to one event a connection may be stored without its answer.</summary>
    private static async Task CheckAsync(BenchDatabase database, int runs, int answers, CancellationToken cancellationToken)
    {
        var stored = await database.ScalarAsync<long>("SELECT count(*) FROM webhooks.events", cancellationToken);
        Console.WriteLine($"  {answers:#,0} events answered 2xx in {runs} runs, {stored:#,0} stored");
        if (stored < answers || stored > answers + (runs * Wrk.Connections))
        {
            throw new InvalidOperationException($"{answers} events were answered 2xx, but {stored} are stored.");
        }
    }

    private static Dictionary<string, string?> Settings(BenchDatabase database) => new()
    {
        ["ConnectionStrings__prodready"] = database.ConnectionString,
        ["Webhooks__Sources__stripe__Secret"] = StripeEvents.Secret,
    };
}
