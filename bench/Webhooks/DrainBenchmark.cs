using System.Diagnostics;
using System.Globalization;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Webhooks;

/// <summary>
/// 50,000 events that the service delivers to a sink on this machine, each signed, with its attempt noted, until the last one is
/// known to be delivered; against an HttpClient that only posts as many bytes as often to the same sink, with as many at a time.
/// </summary>
internal static class DrainBenchmark
{
    private const int Rounds = 3;
    private const int Events = 50_000;
    private const int Concurrency = 64;

    /// <summary>The shortest wait between two looks: rather a moment too late than a machine that is busy with looking.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var sink = await BenchServer.StartAsync(DeliverySink.Kind, new Dictionary<string, string?>(), cancellationToken);
        await using var service = await BenchServer.StartServiceAsync("Webhooks", Settings(database, sink.Url), cancellationToken);
        using var http = new HttpClient { BaseAddress = sink.Url };
        var (ours, reference) = await Alternating.MedianAsync(
            Rounds, () => DrainAsync(database, http, cancellationToken), () => PostAsync(http, cancellationToken));
        return new Comparison(ours, reference, "deliveries/s", $"HttpClient alone, {Concurrency} at a time", "at least 3,000 deliveries/s");
    }

    private static Dictionary<string, string?> Settings(BenchDatabase database, Uri sink) => new()
    {
        // Elsewhere a destination must have TLS
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["ConnectionStrings__prodready"] = database.ConnectionString,
        ["Webhooks__Sources__stripe__Secret"] = StripeEvents.Secret,
        ["Webhooks__InternalTargets__0"] = "127.0.0.0/8",
        ["Webhooks__Destinations__sink__Url"] = sink.AbsoluteUri,
        ["Webhooks__Destinations__sink__Subscriptions__0"] = "stripe:*",
        ["Webhooks__Destinations__sink__SigningSecret"] = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr",
        ["Webhooks__Destinations__sink__Concurrency"] = $"{Concurrency}",
    };

    private static async Task<double> DrainAsync(BenchDatabase database, HttpClient sink, CancellationToken cancellationToken)
    {
        await database.CheckpointAsync(cancellationToken);
        var before = await CountAsync(sink, cancellationToken);
        await InboxSchema.AddEventsAsync(database, Events, "'invoice.paid'", days: 0, cancellationToken);
        await UntilAsync(async () => await CountAsync(sink, cancellationToken) > before, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await UntilAsync(async () => await CountAsync(sink, cancellationToken) >= before + Events, cancellationToken);
        // Until that is known of the last one, too
        await UntilAsync(
            () => database.ScalarAsync<bool>(
                "SELECT NOT EXISTS (SELECT FROM webhooks.deliveries WHERE state = 'pending') AND NOT EXISTS (SELECT FROM webhooks.jobs)",
                cancellationToken),
            cancellationToken);
        return Events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> PostAsync(HttpClient sink, CancellationToken cancellationToken)
    {
        var left = Events;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    using var content = new ByteArrayContent(new byte[StripeEvents.BodyBytes]);
                    using var answer = await sink.PostAsync(new Uri("", UriKind.Relative), content, cancellationToken);
                    answer.EnsureSuccessStatusCode();
                }
            },
            cancellationToken)));
        return Events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<int> CountAsync(HttpClient sink, CancellationToken cancellationToken) =>
        int.Parse(await sink.GetStringAsync(new Uri(DeliverySink.Count, UriKind.Relative), cancellationToken), CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        while (!await isSo())
        {
            await Task.Delay(Interval, cancellationToken);
        }
    }
}
