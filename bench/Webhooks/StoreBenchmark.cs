using System.Diagnostics;
using System.Security.Cryptography;
using ProdReady.Bench.Measuring;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Bench.Webhooks;

/// <summary>
/// Events of 1 KB that 64 callers put into the inbox, each waiting for its own commit, without HTTP and signatures, against
/// <see cref="PgbenchInserts"/> on the same server.
/// </summary>
internal static class StoreBenchmark
{
    private const int Rounds = 5;
    private const int WarmUpRounds = 4;
    private const string Headers = """{"content-type":"application/json; charset=utf-8","user-agent":"Stripe/1.0"}""";

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var pgbench = await PgbenchInserts.CreateAsync(database, cancellationToken);
        using var host = InboxSchema.CreateHost(database);
        await host.StartAsync(cancellationToken);
        var inbox = host.Services.GetRequiredService<InboxIntake>();
        var stored = 0;
        async Task<double> StoreAsync()
        {
            await database.CheckpointAsync(cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var events = await StoreForAWhileAsync(inbox);
            stored += events;
            return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        for (var round = 0; round < WarmUpRounds; round++)
        {
            await StoreAsync();
        }

        var (ours, reference) = await Alternating.MedianAsync(
            Rounds,
            StoreAsync,
            async () =>
            {
                await database.CheckpointAsync(cancellationToken);
                return await pgbench.CommitsPerSecondAsync(cancellationToken);
            });
        var rows = await database.ScalarAsync<long>("SELECT count(*) FROM webhooks.events", cancellationToken);
        if (rows != stored)
        {
            throw new InvalidOperationException($"{stored} events were committed, but {rows} are stored.");
        }

        await host.StopAsync(cancellationToken);
        return new Comparison(ours, reference, "commits/s", $"pgbench, {Wrk.Connections} clients, single-row inserts", "at least 2.00");
    }

    private static async Task<int> StoreForAWhileAsync(InboxIntake inbox)
    {
        var events = new StripeEvents(TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Wrk.Connections).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < Wrk.Seconds)
            {
                var answer = await inbox.AddAsync(New(events, StripeEvents.NewId()));
                count += answer.Duplicate ? throw new InvalidOperationException("An event came twice.") : 1;
            }

            return count;
        })));
        return counts.Sum();
    }

    /// <summary>As the receiver makes one; its hash counts as work of the store.</summary>
    private static InboxEvent New(StripeEvents events, string id)
    {
        var now = TimeProvider.System.GetUtcNow();
        var body = events.Body(id);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Key = EventKey.OfId("stripe", $"evt_{id}"),
            Source = "stripe",
            EventId = $"evt_{id}",
            EventType = "invoice.paid",
            Body = body,
            BodySha256 = SHA256.HashData(body),
            Headers = Headers,
            ReceivedAt = now,
            RepeatedUntil = now.AddDays(30),
            SecretId = "default",
            Authenticated = "body+time",
        };
    }
}
