using Npgsql;

namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>Where no codes go, and the deletion of what limits need no more.</summary>
internal sealed class BlockStore(NpgsqlDataSource database)
{
    private const int Listed = 1_000;
    private const int Chunk = 5_000;

    /// <summary>Seconds: those who ask wait no longer than that for a database that hangs.</summary>
    private const int Timeout = 5;

    /// <summary>Seconds: nobody waits for it.</summary>
    private const int PurgeTimeout = 60;

    /// <summary>Blocks a prefix or country.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, BlockedPrefix block, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.verification_blocks (prefix, sent, approved, blocked_at, until) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (prefix) DO UPDATE
            SET sent = excluded.sent, approved = excluded.approved, blocked_at = excluded.blocked_at, until = excluded.until
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = block.Prefix },
                new() { Value = block.Sent },
                new() { Value = block.Approved },
                new() { Value = block.BlockedAt },
                new() { Value = block.Until },
            },
        };
        command.CommandTimeout = Timeout;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The blocks of now, the newest first.</summary>
    public async Task<IReadOnlyList<BlockedPrefix>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT prefix, sent, approved, blocked_at, until FROM notifications.verification_blocks
            WHERE until > $1 ORDER BY blocked_at DESC, prefix LIMIT {Listed}
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var blocks = new List<BlockedPrefix>();
        while (await reader.ReadAsync(cancellationToken))
        {
            blocks.Add(new(
                reader.GetString(0),
                reader.GetInt32(1),
                reader.GetInt32(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return blocks;
    }

    /// <summary>Lifts a block. What was sent before counts no more, else the next code would bring it back.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> LiftAsync(string prefix, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE notifications.verification_blocks SET until = $2 WHERE prefix = $1 AND until > $2");
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(prefix);
        command.Parameters.AddWithValue(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Deletes what is from before <paramref name="before"/>.</summary>
    public async Task PurgeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (var sql in new[]
        {
            $"""
            DELETE FROM notifications.verification_sends
            WHERE id IN (SELECT id FROM notifications.verification_sends WHERE at < $1 LIMIT {Chunk})
            """,
            "DELETE FROM notifications.verification_blocks WHERE until < $1",
            "DELETE FROM notifications.verification_spend WHERE day < ($1 AT TIME ZONE 'UTC')::date",
        })
        {
            int deleted;
            do
            {
                await using var command = database.CreateCommand(sql);
                command.CommandTimeout = PurgeTimeout;
                command.Parameters.AddWithValue(before);
                deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            }
            while (deleted == Chunk);
        }
    }
}
