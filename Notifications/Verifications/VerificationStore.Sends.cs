using Npgsql;

namespace ProdReady.Notifications.Verifications;

/// <content>Codes that a provider is asked for after the verification is committed.</content>
internal sealed partial class VerificationStore
{
    /// <summary>Has everybody else wait who wants to ask for a verification's code, until the transaction ends.</summary>
    /// <returns>The verification as it is then; <see langword="null"/> if it is deleted.</returns>
    public static async Task<Verification?> LockSendAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('verification-send:' || $1, 0))", connection))
        {
            // Others wait as long as the provider may take
            command.CommandTimeout = LongestSend;
            command.Parameters.AddWithValue(id.ToString());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await FindAsync(connection, id, cancellationToken);
    }

    /// <summary>The provider's ids of the verifications that a verification took the place of when it began.</summary>
    public static async Task<IReadOnlyList<string>> FindReplacedAsync(
        NpgsqlConnection connection, Verification verification, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT provider_id FROM notifications.verifications
            WHERE recipient = $1 AND created_at <= $2 AND superseded_at = $2 AND provider_id IS NOT NULL
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(verification.To);
        command.Parameters.AddWithValue(verification.CreatedAt);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Notes that the provider was asked for the code: it is sent, or nobody knows.</summary>
    public Task SentAsync(Guid id, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE notifications.verifications SET unsent = false WHERE id = $1", Timeout, cancellationToken, new NpgsqlParameter { Value = id });
}
