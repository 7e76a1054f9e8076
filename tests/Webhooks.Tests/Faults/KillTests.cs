using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Faults;

/// <summary>
/// The service and Postgres are killed at random moments: what a sender was told to be stored is stored, once,
/// and is delivered.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public Task Five_hundred_events_survive_a_kill_of_each() => SurviveAsync(events: 500, kills: 1);

    [Fact]
    public async Task Ten_thousand_events_survive_kills()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes a minute; run it with --long");
        await SurviveAsync(events: 10_000, kills: 6);
    }

    private async Task SurviveAsync(int events, int kills)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"The seed is {seed}");
        await using var postgres = await PostgresProcess.StartAsync();
        await using var sink = await DeliverySink.StartAsync();
        await using var service = await ServiceProcess.StartAsync("Webhooks", new()
        {
            ["ConnectionStrings__prodready"] = postgres.ConnectionString,
            ["Webhooks__Sources__stripe__Secret"] = WebhooksApp.Secret,
            // Elsewhere a destination must have TLS
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Webhooks__Destinations__sink__Url"] = sink.Url,
            ["Webhooks__Destinations__sink__Subscriptions__0"] = "stripe:*",
            ["Webhooks__Destinations__sink__SigningSecret"] = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr",
            ["Webhooks__Destinations__sink__Concurrency"] = "32",
            // What a killed service had under way is free again soon
            ["Queues__delivery_sink__Lease"] = "00:00:02",
        });
        var sent = Enumerable.Range(0, events).ToDictionary(number => $"evt_{number:00000}", number => NewEvent($"evt_{number:00000}"));
        using var senders = new Senders(service.Url, sent.Values);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var sending = senders.RunAsync(stop.Token);
        try
        {
            await KillAsync(new Random(seed), kills, events, senders, sending, service, postgres);
            await sending;
        }
        finally
        {
            await stop.CancelAsync();
            await sending.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        output.WriteLine($"{senders.Repeated} requests were repeated");
        // Else nothing was proved
        Assert.NotEqual(0, senders.Repeated);
        await Eventually.ReadAsync(() => Task.FromResult(sink.EventIds.Count), delivered => delivered >= events);
        output.WriteLine($"{sink.Repeated} deliveries were repeated");
        Assert.Equal(sent.Keys, sink.EventIds.Order(StringComparer.Ordinal));
        Assert.Equal(sent.Select(pair => (pair.Key, pair.Value)), await StoredAsync(postgres.ConnectionString));
    }

    /// <summary>Spread over the work, whatever this machine's pace.</summary>
    private async Task KillAsync(
        Random random, int kills, int events, Senders senders, Task sending, ServiceProcess service, PostgresProcess postgres)
    {
        var shares = 2 * kills;
        var isService = Enumerable.Range(0, shares).Select(kill => kill % 2 == 0).ToArray();
        random.Shuffle(isService);
        for (var kill = 0; kill < shares; kill++)
        {
            // At least one more than there are, so that what was killed before works again
            var moment = Math.Max(((events * kill) + random.Next(events)) / (shares + 1), senders.Acknowledged + 1);
            await await Task.WhenAny(senders.AcknowledgedAsync(moment), sending);
            output.WriteLine($"After {senders.Acknowledged} events: kill -9 of {(isService[kill] ? "the service" : "Postgres")}");
            if (isService[kill])
            {
                await service.KillAsync();
                await service.RestartAsync();
            }
            else
            {
                await postgres.KillAsync();
                await postgres.RestartAsync();
            }
        }
    }

    private static async Task<List<(string EventId, string Body)>> StoredAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(
            "SELECT event_id, convert_from(body, 'UTF8') FROM webhooks.events WHERE source = 'stripe' ORDER BY event_id");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var stored = new List<(string, string)>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            stored.Add((reader.GetString(0), reader.GetString(1)));
        }

        return stored;
    }

    private static string NewEvent(string id) =>
        $$"""{ "id" : "{{id}}", "type":"invoice.paid",   "data": { "object": { "name": "Žofie", "of": "{{Guid.NewGuid()}}" } } }""";
}
