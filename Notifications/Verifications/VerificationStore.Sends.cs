using Npgsql;
using ProdReady.Notifications.Verifications.Sending;

namespace ProdReady.Notifications.Verifications;

/// <content>Codes that a provider is asked for after the verification is committed.</content>
internal sealed partial class VerificationStore
{
    /// <summary>How much later than ours a provider's time of a verification may end: it begins when it is asked.</summary>
    private static readonly TimeSpan OpenLonger = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Has everybody else wait who wants to ask for a code for the number, until the transaction ends: the provider has one open verification
    /// of a number, whatever it is for.
    /// </summary>
    /// <returns>The verification as it is then; <see langword="null"/> if it is deleted.</returns>
    public static async Task<Verification?> LockSendAsync(NpgsqlConnection connection, Verification verification, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('verification-send:' || $1, 0))", connection))
        {
            // Others wait as long as the provider may take
            command.CommandTimeout = LongestSend;
            command.Parameters.AddWithValue(verification.To);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await FindAsync(connection, verification.Id, cancellationToken);
    }

    /// <summary>Longer than any verification is valid: what is older needs not be looked at.</summary>
    private static readonly TimeSpan LongestOpen = TimeSpan.FromMinutes(15);

    /// <summary>
    /// All other verifications of a number that its provider may have open. None of them counts any more. One of which nobody has noted that it was
    /// asked for may be among them: its process may have died when it had asked.
    /// </summary>
    /// <param name="connection">In a transaction that has the number to itself.</param>
    /// <param name="verification">The one that takes their place.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ReplacedCodes> FindReplacedAsync(
        NpgsqlConnection connection, Verification verification, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT provider_id FROM notifications.verifications
            WHERE recipient = $1 AND id <> $2 AND provider = $3 AND used_at IS NULL AND expires_at > $4 AND created_at > $5
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(verification.To);
        command.Parameters.AddWithValue(verification.Id);
        command.Parameters.AddWithValue(verification.Provider);
        command.Parameters.AddWithValue(now - OpenLonger);
        command.Parameters.AddWithValue(now - LongestOpen);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string?>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(TextOrNull(reader, 0));
        }

        return new([.. ids.OfType<string>()], !ids.Contains(null));
    }

    /// <summary>Notes that the provider was asked for the code: it is sent, or nobody knows.</summary>
    public Task SentAsync(Guid id, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE notifications.verifications SET unsent = false WHERE id = $1", Timeout, cancellationToken, new NpgsqlParameter { Value = id });
}
