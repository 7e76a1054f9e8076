using Npgsql;

namespace ProdReady.Notifications.Statuses;

/// <content>Messages that were taken for another one that looks the same.</content>
internal sealed partial class StatusReports
{
    private const string Mistaken = "The provider's id was taken for this one's by its text, and is another message's: what became of this one is not known.";

    /// <summary>
    /// An id that a report with our own id brings is this message's: another one that has it was given it by its text, and what became of
    /// that one is to be found out again. Not where the text is erased, as at the end of a code: without it, nothing could be found by it or
    /// sent.
    /// </summary>
    private async Task TakeFromOthersAsync(NpgsqlConnection connection, Guid id, string providerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH mistaken AS (
                SELECT id, CASE WHEN body IS NULL AND sealed_body IS NULL THEN 'failed' ELSE 'unknown' END AS status
                FROM notifications.messages WHERE provider_id = $1 AND id <> $2
                ORDER BY id FOR UPDATE)
            UPDATE notifications.messages AS message SET
                status = mistaken.status, provider_id = NULL, provider_status = NULL, error_code = NULL, error = $3, price = NULL, currency = NULL,
                not_before = NULL, check_at = CASE mistaken.status WHEN 'unknown' THEN statement_timestamp() END, checks = 0,
                updated_at = statement_timestamp(),
                timeline = message.timeline || notifications.timeline_entry(mistaken.status, message.attempts, NULL, NULL, $3)
            FROM mistaken WHERE message.id = mistaken.id
            RETURNING message.id, message.status
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(providerId);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(Mistaken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Log.Mistaken(logger, reader.GetGuid(0), providerId, id, reader.GetString(1));
        }
    }
}
