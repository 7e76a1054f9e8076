using Npgsql;

namespace ProdReady.Notifications.PhoneNumbers.Lookups;

/// <summary>Owns <c>notifications.phone_number_lookups</c>.</summary>
internal sealed class LookupStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Reads an answer that is still fresh.</summary>
    public async Task<LookupResult.Found?> FindAsync(string number, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT line_type, carrier, mobile_country_code, mobile_network_code, looked_up_at
            FROM notifications.phone_number_lookups WHERE number = $1 AND expires_at > $2
            """);
        command.Parameters.AddWithValue(number);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(new(Text(0), Text(1), Text(2), Text(3)), reader.GetFieldValue<DateTimeOffset>(4), WasCached: true)
            : null;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    /// <summary>Keeps an answer, and throws some away whose time is over: there are never many more of them than of fresh ones.</summary>
    public async Task AddAsync(string number, LookupResult.Found found, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH expired AS (
                DELETE FROM notifications.phone_number_lookups WHERE number IN (
                    SELECT number FROM notifications.phone_number_lookups
                    WHERE expires_at <= $6 AND number <> $1 ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED))
            INSERT INTO notifications.phone_number_lookups AS known (
                number, line_type, carrier, mobile_country_code, mobile_network_code, looked_up_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (number) DO UPDATE SET
                line_type = excluded.line_type, carrier = excluded.carrier, mobile_country_code = excluded.mobile_country_code,
                mobile_network_code = excluded.mobile_network_code, looked_up_at = excluded.looked_up_at, expires_at = excluded.expires_at
            """);
        command.Parameters.AddWithValue(number);
        Add(found.Line.Type);
        Add(found.Line.Carrier);
        Add(found.Line.MobileCountryCode);
        Add(found.Line.MobileNetworkCode);
        command.Parameters.AddWithValue(found.At);
        command.Parameters.AddWithValue(found.At + lifetime);
        await command.ExecuteNonQueryAsync(cancellationToken);

        void Add(string? value) => command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = value });
    }
}
