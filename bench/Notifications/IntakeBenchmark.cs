using ProdReady.Bench.Measuring;
using ProdReady.Bench.Webhooks;

namespace ProdReady.Bench.Notifications;

/// <summary>
/// Messages that <c>POST /notifications/sms</c> answers with 202, each after its commit with its job and its idempotency key, over
/// 64 connections; against pgbench's single-row inserts on the same server. They are for tomorrow, so that nothing is sent meanwhile.
/// </summary>
internal static class IntakeBenchmark
{
    private const int Rounds = 5;

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var pgbench = await PgbenchInserts.CreateAsync(database, cancellationToken);
        await using var service = await NotificationsService.StartAsync(database, new("http://127.0.0.1:9"), cancellationToken);
        var script = Path.GetTempFileName();
        var runs = 0;
        try
        {
            async Task<WrkResult> IntakeAsync(bool warmsUp = false)
            {
                await File.WriteAllTextAsync(script, Script(runs++), cancellationToken);
                await database.CheckpointAsync(cancellationToken);
                var load = new WrkLoad(new(service.Url, "notifications/sms")) { Script = script };
                if (warmsUp)
                {
                    await Wrk.WarmUpAsync(load, cancellationToken);
                }

                return await Wrk.MeasureAsync(load, cancellationToken);
            }

            await IntakeAsync(warmsUp: true);
            var (measured, reference) = await Alternating.MedianAsync(
                Rounds,
                async () => (await IntakeAsync()).RequestsPerSecond,
                async () =>
                {
                    await database.CheckpointAsync(cancellationToken);
                    return await pgbench.CommitsPerSecondAsync(cancellationToken);
                });
            return new Comparison(
                measured, reference, "messages/s", $"pgbench, {Wrk.Connections} clients, single-row inserts", "at least 3,000 messages/s");
        }
        finally
        {
            File.Delete(script);
        }
    }

    /// <remarks>A number that the run begins with makes every key a new one.</remarks>
    private static string Script(int run) => $$"""
        local count = 0
        local head = "POST /notifications/sms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" ..
          "X-Api-Key: {{NotificationsService.AdminKey}}\r\nIdempotency-Key: bench-{{run}}-{{Environment.ProcessId}}-"
        local body = '{"to":"{{NotificationsService.Number}}","body":"You sent NGN 5,000 to Ada. Your balance is NGN 12,345.67.","sendAt":"{{TimeProvider.System.GetUtcNow().AddDays(1):yyyy-MM-ddTHH:mm:ss}}Z"}'
        function request()
          count = count + 1
          return head .. count .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
        end
        """;
}
