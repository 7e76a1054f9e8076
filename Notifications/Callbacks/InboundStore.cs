using Npgsql;

namespace ProdReady.Notifications.Callbacks;

/// <summary>Owns <c>notifications.inbound_messages</c>: which messages of people were acted on. Their texts are kept nowhere.</summary>
internal static class InboundStore
{
    /// <summary>Notes a message, in the transaction that <paramref name="connection"/> is in.</summary>
    /// <returns><see langword="false"/> if it was noted before.</returns>
    public static async Task<bool> TryAddAsync(NpgsqlConnection connection, string providerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.inbound_messages (provider_id, received_at) VALUES ($1, statement_timestamp())
            ON CONFLICT DO NOTHING
            """,
            connection)
        {
            CommandTimeout = 5,
            Parameters = { new() { Value = providerId } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
