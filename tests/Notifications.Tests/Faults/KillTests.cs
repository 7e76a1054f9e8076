using System.Globalization;
using System.Net;
using Npgsql;
using ProdReady.Notifications.Sending;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Faults;

/// <summary>
/// Two replicas are killed at random moments, while Twilio loses answers before and after it took a message: none is lost, none is
/// sent twice, and of every one it is known what became of it.
/// </summary>
public sealed class KillTests(DataStores stores, ITestOutputHelper output)
{
    private const int Batch = 100;

    /// <summary>One of so many calls meets a fault.</summary>
    private const int FaultEvery = 50;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Five_hundred_messages_survive_two_kills() => SurviveAsync(messages: 500, kills: 2);

    [Fact]
    public async Task Five_thousand_messages_survive_kills()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes minutes; run it with --long");
        await SurviveAsync(messages: 5_000, kills: 10);
    }

    private async Task SurviveAsync(int messages, int kills)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"The seed is {seed}");
        var random = new Random(seed);
        await using var database = await stores.CreateDatabaseAsync();
        await using var twilio = await TwilioFake.StartAsync();
        twilio.Latency = TimeSpan.FromMilliseconds(50);
        TwilioFault[] faults =
        [
            TwilioFaults.AcceptThenReset, TwilioFaults.Reset, TwilioFaults.AcceptThen500, TwilioFaults.ServerError,
            TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(1)),
        ];
        var settings = Settings(database, twilio);
        await using var first = await ServiceProcess.StartAsync("Notifications", new(settings));
        await using var second = await ServiceProcess.StartAsync("Notifications", new(settings));
        ServiceProcess[] services = [first, second];
        var batches = messages / Batch;
        for (var round = 0; round <= kills; round++)
        {
            // As they are sent: faults and kills that came faster than messages would all meet the same few, each with longer and longer waits
            var (start, end) = (batches * round / (kills + 1) * Batch, batches * (round + 1) / (kills + 1) * Batch);
            for (var fault = 0; fault < (end - start) / FaultEvery; fault++)
            {
                twilio.FailNext(faults[random.Next(faults.Length)]);
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var moment = twilio.CallCount + random.Next(end - start);
            var sending = SendAsync(start, end, services, stop.Token);
            try
            {
                if (round < kills)
                {
                    await Eventually.ReadAsync(() => Task.FromResult(twilio.CallCount), calls => calls >= moment);
                    var victim = services[random.Next(services.Length)];
                    output.WriteLine($"After {twilio.CallCount} calls: kill -9");
                    await victim.KillAsync();
                    await victim.RestartAsync();
                }

                await sending;
            }
            finally
            {
                await stop.CancelAsync();
                await sending.ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        try
        {
            await AllSentAsync(database, messages);
        }
        catch
        {
            await TellUnsentAsync(database);
            throw;
        }

        output.WriteLine($"{twilio.CallCount} calls; {await UnknownAsync(database)} messages were of unknown fate for a while");
        // Else nothing was proved
        Assert.NotEqual(0, await UnknownAsync(database));
        Assert.Equal(
            Enumerable.Range(0, messages).Select(Text), twilio.Messages.Select(message => message.Body).Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, string?> Settings(TestDatabase database, TwilioFake twilio) => new()
    {
        ["ConnectionStrings__prodready"] = database.ConnectionString,
        ["ApiKeys__AdminKey"] = NotificationsApp.AdminKey,
        ["Twilio__AccountSid"] = NotificationsApp.AccountSid,
        ["Twilio__AuthToken"] = NotificationsApp.AuthToken,
        ["Twilio__MessagingServiceSid"] = NotificationsApp.ServiceSid,
        ["Twilio__BaseUrl"] = twilio.BaseUrl.ToString(),
        // Elsewhere it must be longer than a call may take
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Sending__ProofAfter"] = "00:00:02",
        // It is about all hours of the day
        ["QuietHours__Enabled"] = "false",
        ["Sending__CheckInterval"] = "00:00:00.2",
        // What a killed service had under way is found out soon
        ["Queues__sms__Lease"] = "00:00:03",
    };

    /// <summary>A caller that repeats what was not answered, with the same key, at whichever replica is there.</summary>
    private static async Task SendAsync(int first, int end, ServiceProcess[] services, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        http.DefaultRequestHeaders.Add("X-Api-Key", NotificationsApp.AdminKey);
        for (var start = first; start < end; start += Batch)
        {
            for (var attempt = 0; ; attempt++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(services[attempt % services.Length].Url, "notifications/sms/bulk"))
                {
                    Content = JsonContent.Create(new
                    {
                        messages = Enumerable.Range(start, Batch).Select(number => new { to = Recipient(number), body = Text(number) }),
                    }),
                };
                request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"batch-{start}"));
                try
                {
                    using var response = await http.SendAsync(request, cancellationToken);
                    if (response.StatusCode == HttpStatusCode.OK)
                    {
                        break;
                    }
                }
                catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    // It is repeated
                }
            }
        }
    }

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"message {number:00000}");

    /// <summary>A hundred of them: what is looked for is one of many to its number.</summary>
    private static string Recipient(int number) => string.Create(CultureInfo.InvariantCulture, $"+2348031234{number % 100:000}");

    private async Task AllSentAsync(TestDatabase database, int messages)
    {
        var last = -1L;
        while (last < messages)
        {
            // As long as there is progress, whatever this machine's pace; a kill between a failure's record and its repeat costs that message a minute
            last = await Eventually.ReadAsync(
                () => database.CountAsync("sent"), count => count > last, SendPolicy.UnclaimedAfter + TimeSpan.FromSeconds(30));
            output.WriteLine($"{last} are sent");
        }

        Assert.Equal(messages, last);
    }

    /// <summary>What a failure is understood by: where the messages that were not sent stand, and how they came there.</summary>
    private async Task TellUnsentAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            """
            SELECT concat_ws(E'\n  ', 'now ' || now(), to_jsonb(message) - 'timeline', to_jsonb(job), timeline)
            FROM notifications.messages AS message
            LEFT JOIN notifications.jobs AS job ON job.deduplication_key = replace(message.id::text, '-', '')
            WHERE message.status <> 'sent' LIMIT 10
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            output.WriteLine(reader.GetString(0));
        }
    }

    private static async Task<long> UnknownAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM notifications.messages WHERE timeline @> '[{\"status\": \"unknown\"}]'", connection);
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
