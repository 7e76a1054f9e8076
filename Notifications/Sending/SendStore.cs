using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Messages;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Sending;

/// <summary>Begins sends and records what came of them, many at a time.</summary>
internal sealed class SendStore(NpgsqlDataSource database, MessageCipher cipher, IOptions<SendingOptions> options)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 10;

    private const string Begin = "SELECT * FROM notifications.begin_sends($1, $2, $3, $4, $5, $6)";
    private const string Record = "SELECT * FROM notifications.record_sends($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// <summary>Commits messages as <c>sending</c>, or says why they are not to be sent now.</summary>
    /// <returns>One answer for each, in their order.</returns>
    public async Task<IReadOnlyList<BegunSend>> BeginAsync(IReadOnlyList<SendRequest> requests)
    {
        await using var command = database.CreateCommand(Begin);
        command.CommandTimeout = Timeout;
        command.Parameters.AddRange(
        new NpgsqlParameter[]
        {
            requests.Column(request => request.Id),
            requests.Column(request => request.Provider),
            requests.Column(request => request.Account),
            requests.Column(request => request.Sender),
            requests.Column(request => request.Shortage),
            new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.FirstLook },
        });
        var found = new Dictionary<Guid, BegunSend>(requests.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found[reader.GetGuid(0)] = Read(reader);
        }

        return [.. requests.Select(request => found.GetValueOrDefault(request.Id) ?? BegunSend.Gone)];
    }

    /// <summary>Commits outcomes.</summary>
    /// <returns>For each whether it was committed, in their order; else another outcome is.</returns>
    public async Task<IReadOnlyList<bool>> RecordAsync(IReadOnlyList<SendRecord> records)
    {
        await using var command = database.CreateCommand(Record);
        command.CommandTimeout = Timeout;
        command.Parameters.AddRange(
        new NpgsqlParameter[]
        {
            records.Column(record => record.Id),
            records.Column(record => record.Attempt),
            records.Column(record => record.Outcome.Status),
            records.Column(record => record.Outcome.ProviderId),
            records.Column(record => record.Outcome.ProviderStatus),
            records.Column(record => record.Outcome.Code),
            records.Column(record => record.Outcome.Error),
            records.Column(record => record.Outcome.Delay, NpgsqlDbType.Interval),
            records.Column(record => record.Outcome.CheckDelay, NpgsqlDbType.Interval),
        });
        var recorded = new HashSet<Guid>(records.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // A report that came first has told the same
            if (reader.GetBoolean(1) || (reader.TextOrNull(3) is { } known && records.Any(record => record.Outcome.ProviderId == known)))
            {
                recorded.Add(reader.GetGuid(0));
            }
        }

        return [.. records.Select(record => recorded.Contains(record.Id))];
    }

    /// <summary>Reads what decides when and by whom messages may go.</summary>
    /// <returns>One answer for each, in their order; <see langword="null"/> for one that is not there.</returns>
    public async Task<IReadOnlyList<SendFacts?>> FindFactsAsync(IReadOnlyList<Guid> ids)
    {
        await using var command = database.CreateCommand(
            "SELECT id, recipient, template, not_routable FROM notifications.messages WHERE id = ANY($1)");
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(ids.ToArray());
        var found = new Dictionary<Guid, SendFacts>(ids.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found[reader.GetGuid(0)] = new(reader.GetString(1), reader.TextOrNull(2), reader.GetFieldValue<string[]>(3));
        }

        return [.. ids.Select(id => found.GetValueOrDefault(id))];
    }

    /// <summary>Puts off a message that waits to be sent, until its time is over at most, and has nobody look for its job meanwhile.</summary>
    /// <returns>For how long.</returns>
    public async Task<TimeSpan> PutOffAsync(Guid id, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notifications.messages SET
                -- Whoever looks for its job just now must not have it looked for again in a minute
                not_before = least(statement_timestamp() + $2, expires_at),
                check_at = least(statement_timestamp() + $2, expires_at) + $3,
                checks = 0
            WHERE id = $1 AND status IN ('accepted', 'scheduled')
            RETURNING greatest(not_before - statement_timestamp(), interval '0')
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(wait);
        command.Parameters.AddWithValue(SendPolicy.UnclaimedAfter);
        return await command.ExecuteScalarAsync(cancellationToken) is TimeSpan left ? left : wait;
    }

    /// <summary>Notes that a sender has no way to a message's recipient.</summary>
    public async Task AddNotRoutableAsync(Guid id, string route, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE notifications.messages SET not_routable = not_routable || $2 WHERE id = $1 AND NOT $2 = ANY(not_routable)");
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(route);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private BegunSend Read(NpgsqlDataReader reader)
    {
        var verdict = reader.GetString(1) switch
        {
            "begun" => BeginVerdict.Begun,
            "early" => BeginVerdict.Early,
            "short" => BeginVerdict.Short,
            "died" => BeginVerdict.Died,
            "expired" => BeginVerdict.Expired,
            "suppressed" => BeginVerdict.Suppressed,
            _ => BeginVerdict.Over,
        };
        return new(verdict)
        {
            To = reader.GetString(2),
            Country = reader.GetString(3),
            Kind = MessageKinds.Parse(reader.GetString(4)),
            Body = verdict == BeginVerdict.Begun ? Body(reader) : null,
            Attempt = reader.GetInt32(9),
            Repetitions = reader.GetInt32(10),
            ExpiresAt = reader.GetFieldValue<DateTimeOffset>(11),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(12),
            Wait = reader.ValueOrNull<TimeSpan>(13) ?? TimeSpan.Zero,
        };
    }

    /// <summary>The text; <see langword="null"/> if it cannot be read any more.</summary>
    private string? Body(NpgsqlDataReader reader)
    {
        if (reader.TextOrNull(5) is { } body)
        {
            return body;
        }

        try
        {
            return reader.IsDBNull(6)
                ? null
                : cipher.Open(reader.GetGuid(0), new SealedBytes(reader.GetFieldValue<byte[]>(6), reader.GetString(7)));
        }
        catch (Exception exception) when (exception is SealedForOtherKeyException or System.Security.Cryptography.AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
