using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Checks;

/// <summary>A message that somebody must look after.</summary>
internal sealed record CheckedMessage(
    Guid Id,
    string Status,
    string To,
    string Country,
    MessageKind Kind,
    int Segments,
    string? Body,
    int Attempts,
    string? Provider,
    string? Account,
    string? Sender,
    string? ProviderId,
    int Checks,
    JobOrigin Origin)
{
    /// <summary>When the last send was begun.</summary>
    public DateTimeOffset? AttemptAt { get; init; }

    /// <summary>For how long it has been in its state.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Whether its time is over.</summary>
    public bool IsOver { get; init; }
}

/// <summary>Finds the messages that somebody must look after, and commits what came of it.</summary>
internal sealed class CheckStore(NpgsqlDataSource database, MessageCipher cipher, SendQueues queues)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 10;

    /// <summary>
    /// Another process looks after it if this one says nothing for so long. Short, since a code may wait for it; that two look at a time does
    /// no harm, as every end is committed once.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>A job that could not be added, since the one before was not out of the queue yet, is added then.</summary>
    private static readonly TimeSpan FirstLookAtJob = TimeSpan.FromSeconds(5);

    /// <summary>A send that began this long ago, and that no job knows of, has ended without a word.</summary>
    private static readonly TimeSpan LongestSend = TimeSpan.FromMinutes(10);

    /// <summary>Takes messages that are due.</summary>
    /// <param name="areSent">Whether those whose delivery is to be asked for, or the others, which never wait behind them.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<CheckedMessage>> ClaimAsync(bool areSent, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            UPDATE notifications.messages SET check_at = statement_timestamp() + $2, checks = checks + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM notifications.messages WHERE check_at <= statement_timestamp() AND status {(areSent ? "=" : "<>")} 'sent'
                ORDER BY check_at LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING id, status, recipient, country, kind, segments, body, sealed_body, body_key, attempts, provider, account, sender, provider_id,
                checks, correlation_id, traceparent, attempt_at, statement_timestamp() - updated_at, expires_at <= statement_timestamp()
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(limit);
        command.Parameters.AddWithValue(Lease);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<CheckedMessage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(new(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                MessageKinds.Parse(reader.GetString(4)),
                reader.GetInt16(5),
                reader.TextOrNull(6) ?? Open(reader),
                reader.GetInt32(9),
                reader.TextOrNull(10),
                reader.TextOrNull(11),
                reader.TextOrNull(12),
                reader.TextOrNull(13),
                reader.GetInt32(14),
                new(reader.TextOrNull(15), reader.TextOrNull(16)))
            {
                AttemptAt = reader.ValueOrNull<DateTimeOffset>(17),
                Since = reader.GetFieldValue<TimeSpan>(18),
                IsOver = reader.GetBoolean(19),
            });
        }

        return messages;
    }

    /// <summary>Looks again later, or never.</summary>
    public async Task LookAgainAsync(CheckedMessage message, TimeSpan? after, CancellationToken cancellationToken)
    {
        // Unless it has moved meanwhile
        await using var command = database.CreateCommand(
            """
            UPDATE notifications.messages SET check_at = statement_timestamp() + $4
            WHERE id = $1 AND status = $2 AND checks = $3
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(message.Id);
        command.Parameters.AddWithValue(message.Status);
        command.Parameters.AddWithValue(message.Checks);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Interval, Value = (object?)after ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A message that waits to be sent gets its job, if that is lost.</summary>
    /// <returns>Whether it was lost.</returns>
    public async Task<bool> EnqueueAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await queues.EnqueueAsync(connection, [Job(message)], cancellationToken) > 0;
    }

    /// <summary>Ends a message of unknown fate otherwise than by what the provider knows of it, unless it has moved meanwhile.</summary>
    /// <param name="message">The message.</param>
    /// <param name="status"><c>accepted</c> to send it again, or an end.</param>
    /// <param name="error">Why.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was changed.</returns>
    public async Task<bool> ResolveAsync(CheckedMessage message, string status, string error, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            UPDATE notifications.messages SET
                status = $4, error = $5, not_before = NULL, checks = 0, updated_at = statement_timestamp(),
                -- Its job may be lost, or the former one not be out of the queue yet
                check_at = CASE $4 WHEN 'accepted' THEN statement_timestamp() + $6 END,
                sealed_body = CASE $4 WHEN 'accepted' THEN sealed_body END,
                timeline = timeline || notifications.timeline_entry($4, attempts, NULL, NULL, $5)
            WHERE id = $1 AND attempts = $2 AND status = $3
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddRange(
        new NpgsqlParameter[]
        {
            new() { Value = message.Id },
            new() { Value = message.Attempts },
            new() { Value = message.Status },
            new() { Value = status },
            new() { Value = error },
            new() { Value = FirstLookAtJob },
        });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        if (status == MessageStatus.Accepted)
        {
            await queues.EnqueueAsync(connection, [Job(message)], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A send of which no job knows any more becomes unknown.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> GiveUpSendAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE notifications.messages SET
                status = 'unknown', error = $3, check_at = statement_timestamp(), checks = 0, updated_at = statement_timestamp(),
                timeline = timeline || notifications.timeline_entry('unknown', attempts, NULL, NULL, $3)
            WHERE id = $1 AND attempts = $2 AND status = 'sending' AND attempt_at < statement_timestamp() - $4
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(message.Id);
        command.Parameters.AddWithValue(message.Attempts);
        command.Parameters.AddWithValue("Nobody has said what came of the call.");
        command.Parameters.AddWithValue(LongestSend);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Which of these ids of the provider's no message here has.</summary>
    public async Task<IReadOnlyList<string>> FindStrangersAsync(
        string recipient, IReadOnlyList<string> providerIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT listed FROM unnest($1) AS listed
            WHERE NOT EXISTS (SELECT FROM notifications.messages WHERE provider_id = listed)
                AND NOT EXISTS (SELECT FROM notifications.messages WHERE recipient = $2 AND listed = ANY(earlier_ids))
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(providerIds);
        command.Parameters.AddWithValue(recipient);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var strangers = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            strangers.Add(reader.GetString(0));
        }

        return strangers;
    }

    private static NewJob<SendJob> Job(CheckedMessage message) =>
        new SendJob(message.Id, message.Country, message.Segments, message.Kind).ToEnqueue(TimeSpan.Zero, message.Origin);

    private string? Open(NpgsqlDataReader reader)
    {
        try
        {
            return reader.IsDBNull(7) ? null : cipher.Open(reader.GetGuid(0), new(reader.GetFieldValue<byte[]>(7), reader.GetString(8)));
        }
        catch (Exception exception) when (exception is SealedForOtherKeyException or System.Security.Cryptography.AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
