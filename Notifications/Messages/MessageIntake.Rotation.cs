using System.Security.Cryptography;
using Npgsql;

namespace ProdReady.Notifications.Messages;

/// <content>Repetitions of requests whose content was hashed with another key.</content>
internal sealed partial class MessageIntake
{
    /// <summary>What looks like other content may be the same by a hash of before.</summary>
    private static async Task<AcceptedMessage> JudgeAgainAsync(
        NpgsqlConnection connection, Idempotency? key, AcceptedMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Acceptance != Acceptance.Conflict || key is not { OtherHashes: { Count: > 0 } others })
        {
            return answer;
        }

        await using var command = new NpgsqlCommand(
            "SELECT content_hash FROM notifications.idempotency_keys WHERE key = $1 AND message_id = $2 LIMIT 1", connection)
        {
            CommandTimeout = (int)Patience.TotalSeconds,
            Parameters = { new() { Value = key.Key }, new() { Value = answer.EarlierId } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] known
            && others.Any(other => CryptographicOperations.FixedTimeEquals(other, known))
            ? answer with { Acceptance = Acceptance.Replayed }
            : answer;
    }
}
