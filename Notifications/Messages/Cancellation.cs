using Npgsql;

namespace ProdReady.Notifications.Messages;

/// <summary>Takes messages back that are not sent yet. Their jobs find out when their time comes.</summary>
internal sealed class Cancellation(NpgsqlDataSource database, MessageMetrics metrics)
{
    /// <summary>Takes one back.</summary>
    /// <returns>Whether it was still unsent.</returns>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notifications.messages SET
                status = 'canceled', check_at = NULL, sealed_body = NULL, updated_at = statement_timestamp(),
                timeline = timeline || notifications.timeline_entry('canceled', attempts, NULL, NULL, NULL)
            WHERE id = $1 AND status IN ('accepted', 'scheduled')
            RETURNING country
            """);
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(id);
        if (await command.ExecuteScalarAsync(cancellationToken) is not string country)
        {
            return false;
        }

        metrics.Canceled(country);
        return true;
    }
}
