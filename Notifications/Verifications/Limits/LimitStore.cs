using Npgsql;
using NpgsqlTypes;

namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>What was sent, and what that says of the next one. All of it in the transaction that holds <see cref="CodeSend.Locks"/>.</summary>
internal static class LimitStore
{
    /// <summary>Seconds: those who ask wait no longer than that for a database that hangs, or for the locks.</summary>
    private const int Timeout = 5;

    /// <summary>Says enough about a country's last hour, and is counted in a millisecond.</summary>
    private const int CountedAtMost = 5_000;

    /// <summary>Waits until nobody else decides about the same.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, long[] keys, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT pg_advisory_xact_lock(key) FROM unnest($1) AS key");
        command.Parameters.AddWithValue(keys);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The times that limits go by.</summary>
    public static async Task<SendTimes> ReadTimesAsync(
        NpgsqlConnection connection, CodeSend send, VerificationOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            """
            SELECT
                (SELECT max(at) FROM notifications.verification_sends WHERE recipient = $1 AND purpose = $2 AND at > $3),
                (SELECT at FROM notifications.verification_sends WHERE recipient = $1 AND at > $4 ORDER BY at DESC OFFSET $5 - 1 LIMIT 1),
                (SELECT at FROM notifications.verification_sends WHERE client_ip = $6 AND at > $7 ORDER BY at DESC OFFSET $8 - 1 LIMIT 1),
                EXISTS (SELECT FROM notifications.verification_blocks WHERE prefix IN ($9, $10) AND until > $11)
            """);
        command.Parameters.AddWithValue(send.Number);
        command.Parameters.AddWithValue(send.Purpose);
        command.Parameters.AddWithValue(now - options.CoolDown);
        command.Parameters.AddWithValue(now - SendTimes.NumberWindow);
        command.Parameters.AddWithValue(options.PerNumberAndDay);
        command.Parameters.Add(new() { Value = send.ClientIp ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.AddWithValue(now - SendTimes.ClientWindow);
        command.Parameters.AddWithValue(options.PerClientIpAndHour);
        command.Parameters.AddWithValue(send.Prefix);
        command.Parameters.AddWithValue(send.Country);
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(Time(0), Time(1), Time(2), reader.GetBoolean(3));

        DateTimeOffset? Time(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
    }

    /// <summary>How many of a prefix's or country's codes came back, since its last block if that was within the hour.</summary>
    public static async Task<Conversion> ReadConversionAsync(
        NpgsqlConnection connection, string column, string value, TimeSpan grace, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            $"""
            SELECT count(*) FILTER (WHERE approved OR at <= $3)::int, count(*) FILTER (WHERE approved)::int
            FROM (
                SELECT approved, at FROM notifications.verification_sends
                WHERE {column} = $1 AND sent
                    AND at > greatest($2, (SELECT until FROM notifications.verification_blocks WHERE prefix = $1))
                ORDER BY at DESC LIMIT {CountedAtMost}) AS newest
            """);
        command.Parameters.AddWithValue(value);
        command.Parameters.AddWithValue(now - Conversion.Window);
        command.Parameters.AddWithValue(now - grace);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetInt32(0), reader.GetInt32(1));
    }

    /// <summary>Counts a code.</summary>
    /// <param name="connection">In the transaction.</param>
    /// <param name="send">The code.</param>
    /// <param name="sent">Whether there is a message.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task AddAsync(
        NpgsqlConnection connection, CodeSend send, bool sent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            """
            INSERT INTO notifications.verification_sends (verification_id, recipient, purpose, prefix, country, client_ip, sent, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """);
        command.Parameters.AddWithValue(send.VerificationId);
        command.Parameters.AddWithValue(send.Number);
        command.Parameters.AddWithValue(send.Purpose);
        command.Parameters.AddWithValue(send.Prefix);
        command.Parameters.AddWithValue(send.Country);
        command.Parameters.Add(new() { Value = send.ClientIp ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.AddWithValue(sent);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds to what the day's codes cost, unless that came to more than <paramref name="cap"/>.</summary>
    /// <remarks>Locks the day's row: the last thing in a transaction, so that nobody waits for it longer than for the commit.</remarks>
    /// <param name="connection">In the transaction.</param>
    /// <param name="usd">What the code costs, or would.</param>
    /// <param name="isSpent">Whether it does: else it is only asked, as slowly.</param>
    /// <param name="cap">The most that the day's may cost.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<bool> TrySpendAsync(
        NpgsqlConnection connection, decimal usd, bool isSpent, decimal cap, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            """
            INSERT INTO notifications.verification_spend AS spent (day, usd) SELECT $1, $4 WHERE $2 <= $3
            ON CONFLICT (day) DO UPDATE SET usd = spent.usd + excluded.usd WHERE spent.usd + $2 <= $3
            """);
        command.Parameters.AddWithValue(DateOnly.FromDateTime(now.UtcDateTime));
        command.Parameters.AddWithValue(usd);
        command.Parameters.AddWithValue(cap);
        command.Parameters.AddWithValue(isSpent ? usd : 0);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = Timeout };
}
