using System.Text.Json;
using Microsoft.Extensions.Options;
using ProdReady.Bench.Measuring;
using ProdReady.Notifications.Verifications;

namespace ProdReady.Bench.Notifications;

/// <summary>
/// 500 checks a second for 20 s, over HTTP with an API key: a wrong code and then the right one for each verification, so that half of
/// them commit an attempt, and half an attempt and the approval. Against the least that there is to do: one row changed and committed.
/// </summary>
internal static class VerifyCheckBenchmark
{
    private const int Rate = 500;
    private const int Seconds = 20;
    /// <summary>Until its compiler has done with the service: see <see cref="Wrk.WarmUpAsync"/>.</summary>
    private const int WarmUpSeconds = 30;
    private const int Checks = Rate * Seconds;
    private const int WarmUp = Rate * WarmUpSeconds;
    private const string Number = "+2348031234567";
    private const string Purpose = "login";
    private const string Code = "123456";
    private const string AdminKey = "bench-admin-key-0123456789";

    private static readonly string Keys = $"bench:{Convert.ToBase64String(new byte[32])}";

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await using var service = await BenchServer.StartServiceAsync(
            "Notifications",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__prodready"] = database.ConnectionString,
                ["PRODREADY_ADMIN_KEY"] = AdminKey,
                ["VERIFICATION_KEYS"] = Keys,
            },
            cancellationToken);
        while (await database.ScalarAsync<bool>("SELECT to_regclass('notifications.verifications') IS NULL", cancellationToken))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        var ids = await AddVerificationsAsync(database, (WarmUp + Checks) / 2, cancellationToken);
        using var http = new HttpClient { BaseAddress = service.Url };
        http.DefaultRequestHeaders.Add("X-Api-Key", AdminKey);
        await PacedLoad.RunAsync(Rate, WarmUp, number => CheckAsync(http, ids, number, cancellationToken), cancellationToken);
        await database.CheckpointAsync(cancellationToken);
        var ours = await PacedLoad.RunAsync(Rate, Checks, number => CheckAsync(http, ids, WarmUp + number, cancellationToken), cancellationToken);
        var reference = await PacedLoad.RunAsync(Rate, Checks, number => UpdateAsync(database, ids[number / 2], cancellationToken), cancellationToken);
        Console.WriteLine(
            $"  p50 {PacedLoad.Percentile(ours, 50):0.0} ms, p99 {PacedLoad.Percentile(ours, 99):0.0} ms, slowest {ours[^1]:0.0} ms; "
            + $"the row alone: p50 {PacedLoad.Percentile(reference, 50):0.0} ms, p99 {PacedLoad.Percentile(reference, 99):0.0} ms");
        return new Comparison(
            PacedLoad.Percentile(ours, 99), PacedLoad.Percentile(reference, 99), "ms", "p99 of one row's update by Npgsql", "p99 under 20 ms");
    }

    /// <summary>Verifications as they are after their start, whose code is known; each with the send that it belongs to.</summary>
    private static async Task<Guid[]> AddVerificationsAsync(BenchDatabase database, int count, CancellationToken cancellationToken)
    {
        var hasher = new CodeHasher(Options.Create(new VerificationOptions { Keys = Keys }));
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var command = database.Source.CreateCommand(
            $"""
            WITH added AS (
                INSERT INTO notifications.verifications (
                    id, recipient, country, purpose, code_length, code_hash, code_key, max_attempts, provider, created_at, expires_at, resend_at)
                SELECT id, '{Number}', 'NG', '{Purpose}', 6, hash, 'bench', 5, 'sms', now(), now() + interval '1 hour', now()
                FROM unnest($1, $2) AS new (id, hash))
            INSERT INTO notifications.verification_sends (verification_id, recipient, purpose, prefix, country, sent, at)
            SELECT id, '{Number}', '{Purpose}', '+234803123', 'NG', true, now() FROM unnest($1) AS new (id)
            """);
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(ids.Select(id => hasher.Hash(id, Number, Purpose, Code).Bytes).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
        await database.ExecuteAsync("VACUUM (ANALYZE)", cancellationToken);
        return ids;
    }

    private static async Task CheckAsync(HttpClient http, Guid[] ids, int number, CancellationToken cancellationToken)
    {
        // The right one comes a second after the wrong one, when that is answered
        var (block, place) = (number / (2 * Rate), number % (2 * Rate));
        var isRight = place >= Rate;
        using var response = await http.PostAsJsonAsync(
            $"notifications/verifications/{ids[(block * Rate) + (place % Rate)]}/check", new { code = isRight ? Code : "000000" }, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        if (!answer.TryGetProperty("result", out var result) || result.GetString() != (isRight ? "approved" : "wrong"))
        {
            throw new InvalidOperationException($"A {(isRight ? "right" : "wrong")} code was answered {(int)response.StatusCode}: {answer}");
        }
    }

    private static async Task UpdateAsync(BenchDatabase database, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            "UPDATE notifications.verifications SET attempts = attempts + 1 WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
