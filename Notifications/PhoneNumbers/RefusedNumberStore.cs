using Npgsql;
using NpgsqlTypes;

namespace ProdReady.Notifications.PhoneNumbers;

/// <summary>Owns <c>notifications.refused_numbers</c>: the numbers of which a provider has said that they take no messages.</summary>
internal sealed class RefusedNumberStore(NpgsqlDataSource database)
{
    /// <summary>Remembers one.</summary>
    /// <param name="number">In E.164 form.</param>
    /// <param name="code">The provider's error code.</param>
    /// <param name="reason">The provider's sentence.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AddAsync(string number, int? code, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await AddAsync(connection, number, code, reason, cancellationToken);
    }

    /// <summary>The same in the transaction that <paramref name="connection"/> is in.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, string number, int? code, string reason, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.refused_numbers (number, code, reason, at) VALUES ($1, $2, $3, statement_timestamp())
            ON CONFLICT (number) DO UPDATE SET code = excluded.code, reason = excluded.reason, at = excluded.at
            """,
            connection);
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(number);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)code ?? DBNull.Value });
        command.Parameters.AddWithValue(reason);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What a provider has said of a number.</summary>
    public async Task<RefusedNumberAnswer?> FindAsync(string number, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT code, reason, at FROM notifications.refused_numbers WHERE number = $1");
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(number);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.IsDBNull(0) ? null : reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2))
            : null;
    }
}
