using System.Diagnostics;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Webhooks;

/// <summary>
/// The newest events of a type, of 1,000,000 over 30 days with 20 types (each some 20 % rarer than the one before), by HTTP with an
/// API key, against the least that the search has to do: one statement for the same rows.
/// </summary>
internal static class SearchBenchmark
{
    private const int Rounds = 200;
    private const int Events = 1_000_000;
    private const int Days = 29;
    private const int Types = 20;
    private const int PageSize = 50;
    private const string AdminKey = "bench-admin-key-0123456789";

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        using (var host = InboxSchema.CreateHost(database))
        {
            await host.StartAsync(cancellationToken);
            await InboxSchema.AddEventsAsync(
                database, Events, $"'type.' || least({Types - 1}, floor(-ln(1 - random()) / 0.2))::int", Days, cancellationToken);
            await host.StopAsync(cancellationToken);
        }

        await database.ExecuteAsync("VACUUM (ANALYZE)", cancellationToken);
        await using var service = await BenchServer.StartServiceAsync(
            "Webhooks",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__prodready"] = database.ConnectionString,
                ["PRODREADY_ADMIN_KEY"] = AdminKey,
                ["Webhooks__Sources__stripe__Secret"] = StripeEvents.Secret,
            },
            cancellationToken);
        using var http = new HttpClient { BaseAddress = service.Url };
        http.DefaultRequestHeaders.Add("X-Api-Key", AdminKey);
        var (ours, reference) = (new List<double>(), new List<double>());
        for (var round = 0; round < 2 * Rounds; round++)
        {
            var type = $"type.{round % Types}";
            var (search, statement) = (
                await TimeAsync(() => SearchAsync(http, type, cancellationToken)),
                await TimeAsync(() => ReadAsync(database, type, cancellationToken)));
            // The first half is to warm up
            if (round >= Rounds)
            {
                ours.Add(search);
                reference.Add(statement);
            }
        }

        Console.WriteLine($"  the slowest of {Rounds}: {ours.Max():0.0} ms");
        return new Comparison(
            Alternating.Median([.. ours]), Alternating.Median([.. reference]), "ms", "SELECT * by type alone, by Npgsql", "under 50 ms");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task SearchAsync(HttpClient http, string type, CancellationToken cancellationToken)
    {
        var answer = await http.GetStringAsync(new Uri($"webhooks/events?type={type}&limit={PageSize}", UriKind.Relative), cancellationToken);
        var found = answer.Split($"\"{type}\"").Length - 1;
        if (found != PageSize)
        {
            throw new InvalidOperationException($"{found} events of {type} were found: {answer}");
        }
    }

    private static async Task ReadAsync(BenchDatabase database, string type, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            $"SELECT * FROM webhooks.events WHERE event_type = '{type}' ORDER BY position DESC LIMIT {PageSize}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
        }
    }
}
