using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Breakers;

/// <summary>Owns <c>notifications.breakers</c>: what one process learns, all know, also after a restart.</summary>
internal sealed class BreakerStore(NpgsqlDataSource database)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 5;

    /// <summary>The time that one message has to show that all is well again, before another one may try.</summary>
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMinutes(1);

    /// <summary>All that are open.</summary>
    public async Task<IReadOnlyList<Breaker>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT scope, code, reason, opened_at, closed_until, closed_until <= clock_timestamp() FROM notifications.breakers
            ORDER BY scope
            """);
        command.CommandTimeout = Timeout;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var breakers = new List<Breaker>();
        while (await reader.ReadAsync(cancellationToken))
        {
            breakers.Add(new(
                reader.GetString(0),
                reader.ValueOrNull<int>(1),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetBoolean(5)));
        }

        return breakers;
    }

    /// <summary>Opens one; one that trips again while messages tried stays open longer, up to <paramref name="longest"/>.</summary>
    /// <returns>Whether it was closed before.</returns>
    public async Task<bool> OpenAsync(
        string scope, int? code, string reason, TimeSpan duration, TimeSpan longest, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO notifications.breakers AS breaker (scope, code, reason, opened_at, closed_until)
            VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + $4)
            ON CONFLICT (scope) DO UPDATE
            SET code = excluded.code, reason = excluded.reason,
                -- Calls that were under way together trip it once
                trips = breaker.trips + (breaker.trying)::integer,
                trying = false,
                closed_until = greatest(breaker.closed_until,
                    clock_timestamp() + least($4 * power(2, least(breaker.trips - 1 + breaker.trying::integer, 20)), $5))
            RETURNING xmax = 0
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(scope);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)code ?? DBNull.Value });
        command.Parameters.AddWithValue(reason);
        command.Parameters.AddWithValue(duration);
        command.Parameters.AddWithValue(longest);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Asks to be the one that tries. Once its time is over, one process gets the right, for one message.</summary>
    /// <returns>Whether it is ours, or the breaker is gone.</returns>
    public async Task<bool> TryProbeAsync(string scope, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH probe AS (
                UPDATE notifications.breakers SET closed_until = clock_timestamp() + $2, trying = true
                WHERE scope = $1 AND closed_until <= clock_timestamp() RETURNING scope)
            SELECT EXISTS (SELECT FROM probe) OR NOT EXISTS (SELECT FROM notifications.breakers WHERE scope = $1)
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(scope);
        command.Parameters.AddWithValue(ProbeTime);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>All is well again.</summary>
    /// <returns>Whether it was open.</returns>
    public async Task<bool> CloseAsync(string scope, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM notifications.breakers WHERE scope = $1");
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(scope);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
