using System.Diagnostics;
using ProdReady.Bench.Measuring;
using ProdReady.Testing;

namespace ProdReady.Bench.Notifications;

/// <summary>
/// 20,000 messages that the service sends by a Twilio that takes 50 ms for each, until the last one is known to be sent; against an
/// HttpClient that only posts as many to the same Twilio, with as many at a time. Every message must arrive once.
/// </summary>
internal static class DrainBenchmark
{
    private const int Rounds = 3;
    private const int Messages = 20_000;
    private const int Batch = 1_000;

    /// <summary>The service's own default.</summary>
    private const int Concurrency = 96;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var twilio = await TwilioFake.StartAsync();
        twilio.Latency = Latency;
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var service = await NotificationsService.StartAsync(database, twilio.BaseUrl, cancellationToken);
        using var caller = NotificationsService.CreateClient(service);
        using var http = new HttpClient { BaseAddress = twilio.BaseUrl };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(
            System.Text.Encoding.UTF8.GetBytes($"AC{new string('a', 32)}:a-token-of-the-benchmarks")));
        await DrainAsync(database, twilio, caller, cancellationToken);
        var (ours, reference) = await Alternating.MedianAsync(
            Rounds, () => DrainAsync(database, twilio, caller, cancellationToken), () => PostAsync(twilio, http, cancellationToken));
        return new Comparison(
            ours, reference, "messages/s", $"HttpClient alone, {Concurrency} at a time", "at least 1,000 messages/s, none twice");
    }

    private static async Task<double> DrainAsync(
        BenchDatabase database, TwilioFake twilio, HttpClient caller, CancellationToken cancellationToken)
    {
        twilio.Clear();
        await database.CheckpointAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        for (var first = 0; first < Messages; first += Batch)
        {
            using var answer = await caller.PostAsJsonAsync(
                "notifications/sms/bulk",
                new
                {
                    messages = Enumerable.Range(first, Batch).Select(number => new { to = NotificationsService.Number, body = $"Message {number}" }),
                },
                cancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        while (await database.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM notifications.messages WHERE status <> 'sent') OR EXISTS (SELECT FROM notifications.jobs)",
            cancellationToken))
        {
            await Task.Delay(Interval, cancellationToken);
        }

        var rate = Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var distinct = twilio.Messages.Select(message => message.Body).Distinct().Count();
        if (twilio.MessageCount != Messages || distinct != Messages)
        {
            throw new InvalidOperationException($"{Messages} messages were to be sent; {twilio.MessageCount} were, {distinct} of them different.");
        }

        return rate;
    }

    private static async Task<double> PostAsync(TwilioFake twilio, HttpClient http, CancellationToken cancellationToken)
    {
        twilio.Clear();
        var left = Messages;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Decrement(ref left) is >= 0 and var number)
                {
                    using var content = new FormUrlEncodedContent(
                    [
                        new("To", NotificationsService.Number), new("MessagingServiceSid", $"MG{new string('b', 32)}"), new("Body", $"Message {number}"),
                    ]);
                    using var answer = await http.PostAsync(
                        new Uri($"2010-04-01/Accounts/AC{new string('a', 32)}/Messages.json", UriKind.Relative), content, cancellationToken);
                    answer.EnsureSuccessStatusCode();
                }
            },
            cancellationToken)));
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
