using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Breakers;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Suppressions;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Statuses;

/// <summary>Moves messages forward by what their providers report.</summary>
internal sealed partial class StatusReports(
    NpgsqlDataSource database,
    SendQueues queues,
    BreakerBoard breakers,
    SendRoutes routes,
    MessageMetrics metrics,
    TimeProvider time,
    ILogger<StatusReports> logger)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 5;

    /// <summary>A message tries then: reports may be about what was long ago.</summary>
    private static readonly TimeSpan AccountPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAccountPause = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Commits a report; repeating it changes nothing. Our id in it is the provider's own word on whose it is: it outweighs what was found
    /// by looking.
    /// </summary>
    public Task<StatusEffect> ApplyAsync(StatusReport report, CancellationToken cancellationToken) =>
        ApplyAsync(report, unlessTaken: false, cancellationToken);

    /// <summary>Commits a report that was found by looking for the message, unless another message has its provider's id already.</summary>
    public Task<StatusEffect> AdoptAsync(StatusReport report, CancellationToken cancellationToken) =>
        ApplyAsync(report, unlessTaken: true, cancellationToken);

    /// <summary>Has everybody else wait who wants to give an id of the provider's to a message, until the transaction ends.</summary>
    public static NpgsqlBatchCommand LockProviderId(string providerId) =>
        new("SELECT pg_advisory_xact_lock(hashtextextended('notifications:' || $1, 0))") { Parameters = { new() { Value = providerId } } };

    private async Task<StatusEffect> ApplyAsync(StatusReport report, bool unlessTaken, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (unlessTaken && await ObstacleAsync(connection, report, cancellationToken) is { } obstacle)
        {
            return obstacle;
        }

        if (await FindAsync(connection, report, cancellationToken) is not { } found)
        {
            Log.NotOurs(logger, report.Message.ProviderId, report.Message.Status);
            return StatusEffect.NotOurs;
        }

        // A late report of the account before is not about the send by this one
        var state = found.State with { UntilNextDay = CapOfDay.Left(time.GetUtcNow(), Random.Shared.NextDouble()) };
        if (StatusMoves.Next(state, report) is not { } move || (found.Provider is { } provider && provider != report.Provider))
        {
            await SetPriceAsync(connection, found, report, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return StatusEffect.Nothing;
        }

        if (found.State.ProviderId is null && !unlessTaken)
        {
            await TakeFromOthersAsync(connection, found.Job.Id, report.Message.ProviderId, cancellationToken);
        }

        await MoveAsync(connection, found, report, move, cancellationToken);
        if (move.RepeatAfter is { } delay)
        {
            await queues.EnqueueAsync(connection, [found.Job.ToEnqueue(delay, found.Origin)], cancellationToken);
        }

        await LearnOfNumberAsync(connection, found, report, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Moved(found.Facts, move, report);
        await LearnOfAccountAsync(found, report, cancellationToken);
        Log.Moved(logger, found.Job.Id, move.Status, report.Message.Status, report.Failure?.Code);
        return StatusEffect.Moved;
    }

    /// <summary>What is learned of the number, committed with the move: a report that is repeated moves nothing, and would teach nothing.</summary>
    private static async Task LearnOfNumberAsync(
        NpgsqlConnection connection, ReportedMessage found, StatusReport report, CancellationToken cancellationToken)
    {
        switch (report.Failure)
        {
            case { Handling: FailureHandling.OptedOut } when found.Facts.Sender is { } sender:
                await SuppressionStore.AddAsync(connection, found.Recipient, sender, SuppressionStore.Provider, cancellationToken);
                break;
            case { Handling: FailureHandling.BadNumber } failure:
                await RefusedNumberStore.AddAsync(connection, found.Recipient, failure.Code, failure.Message, cancellationToken);
                break;
            default:
                break;
        }
    }

    /// <summary>What is learned of the account: the next message would find that out, too.</summary>
    private async Task LearnOfAccountAsync(ReportedMessage found, StatusReport report, CancellationToken cancellationToken)
    {
        switch (report.Failure)
        {
            case { Handling: FailureHandling.StopAccount or FailureHandling.AccountCap } failure when routes.Provider(report.Provider) is { } provider:
                await breakers.OpenAsync(
                    SendRoutes.AccountScope(provider), failure.Code, failure.Message, AccountPause, LongestAccountPause, cancellationToken);
                break;
            case { Handling: FailureHandling.Filtered or FailureHandling.Abuse or FailureHandling.AccountSetup } failure:
                Log.Alert(logger, report.Provider, failure.Code, found.Facts.Country);
                break;
            default:
                break;
        }
    }

    /// <summary>One after the other for each id of the provider's, so that of two messages that look the same one takes it.</summary>
    private static async Task<StatusEffect?> ObstacleAsync(NpgsqlConnection connection, StatusReport report, CancellationToken cancellationToken)
    {
        // The lock in a statement of its own: what a statement sees is settled when it begins
        await using var batch = new NpgsqlBatch(connection) { Timeout = Timeout };
        batch.BatchCommands.Add(LockProviderId(report.Message.ProviderId));
        batch.BatchCommands.Add(new(
            """
            SELECT EXISTS (SELECT FROM notifications.messages WHERE provider_id = $1 AND id <> $2)
                    OR EXISTS (SELECT FROM notifications.messages WHERE recipient = $3 AND $1 = ANY(earlier_ids)),
                EXISTS (
                    SELECT FROM notifications.messages AS other
                    WHERE other.recipient = $3 AND other.status = 'sending' AND other.id <> $2
                        AND other.body IS NOT DISTINCT FROM (SELECT body FROM notifications.messages WHERE id = $2))
            """)
        {
            Parameters =
            {
                new() { Value = report.Message.ProviderId },
                new() { Value = report.MessageId },
                new() { Value = report.To ?? "" },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetBoolean(0) ? StatusEffect.NotOurs : reader.GetBoolean(1) ? StatusEffect.Later : null;
    }

    private static async Task<ReportedMessage?> FindAsync(
        NpgsqlConnection connection, StatusReport report, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = Timeout };
        if (report.MessageId is not null)
        {
            // It may be the first that brings the provider's id: nobody gives that to another message meanwhile. Before the row, as whoever
            // finds the message at the provider takes the two
            batch.BatchCommands.Add(LockProviderId(report.Message.ProviderId));
        }

        batch.BatchCommands.Add(new(
            $"""
            SELECT id, status, attempts, repetitions, provider_id, earlier_ids, provider_status, expires_at - statement_timestamp(),
                recipient, country, kind, segments, sender, correlation_id, traceparent, attempt_at, statement_timestamp() - attempt_at, provider
            FROM notifications.messages
            WHERE {(report.MessageId is null ? "provider_id = $1 ORDER BY id LIMIT 1" : "id = $1")}
            FOR UPDATE
            """)
        {
            Parameters = { new() { Value = report.MessageId is { } id ? id : report.Message.ProviderId } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (report.MessageId is not null)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static ReportedMessage Read(NpgsqlDataReader reader)
    {
        var kind = MessageKinds.Parse(reader.GetString(10));
        return new(
            new(
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetInt32(3),
                reader.TextOrNull(4),
                reader.GetFieldValue<string[]>(5),
                ProviderStatuses.Parse(reader.TextOrNull(6)),
                reader.GetFieldValue<TimeSpan>(7)),
            new(reader.GetGuid(0), reader.GetString(9), reader.GetInt16(11), kind),
            new(reader.GetString(9), kind, reader.TextOrNull(12), reader.ValueOrNull<TimeSpan>(16)),
            reader.GetString(8),
            new(reader.TextOrNull(13), reader.TextOrNull(14)),
            reader.TextOrNull(17));
    }

    private static async Task MoveAsync(
        NpgsqlConnection connection, ReportedMessage found, StatusReport report, StatusMove move, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE notifications.messages SET
                status = CASE WHEN $5::interval IS NULL THEN $2 ELSE 'accepted' END,
                provider_id = $3,
                provider_status = $4,
                not_before = CASE WHEN $5::interval IS NULL THEN not_before ELSE statement_timestamp() + $5::interval END,
                repetitions = repetitions + ($5::interval IS NOT NULL)::integer,
                error_code = $6,
                error = $7,
                price = coalesce($8, price),
                currency = coalesce($9, currency),
                check_at = CASE
                    WHEN $5::interval IS NOT NULL THEN statement_timestamp() + $5::interval + $10
                    -- An end needs no look, but for its price
                    WHEN $2 = 'sent' THEN coalesce(check_at, statement_timestamp() + $10) END,
                sealed_body = CASE WHEN $5::interval IS NULL AND $2 <> 'sent' THEN NULL ELSE sealed_body END,
                timeline = timeline || notifications.timeline_entry($2, attempts, $4, $6, $7) || CASE
                    WHEN $5::interval IS NULL THEN '[]'::jsonb
                    ELSE jsonb_build_array(notifications.timeline_entry('accepted', attempts, NULL, NULL, 'It is sent once more.')) END,
                updated_at = statement_timestamp()
            WHERE id = $1
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddRange(
        new NpgsqlParameter[]
        {
            new() { Value = found.Job.Id },
            new() { Value = move.Status },
            new() { Value = report.Message.ProviderId },
            Nullable(NpgsqlDbType.Text, ProviderStatuses.Text(move.ProviderStatus)),
            Nullable(NpgsqlDbType.Interval, move.RepeatAfter),
            Nullable(NpgsqlDbType.Integer, report.Failure?.Code ?? report.Message.ErrorCode),
            Nullable(NpgsqlDbType.Text, report.Failure?.Message ?? report.Message.ErrorMessage),
            Nullable(NpgsqlDbType.Numeric, report.Message.Price),
            Nullable(NpgsqlDbType.Text, report.Message.Currency),
            new() { Value = SendPolicy.UnclaimedAfter },
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The price is known some time after the delivery.</summary>
    private async Task SetPriceAsync(
        NpgsqlConnection connection, ReportedMessage found, StatusReport report, CancellationToken cancellationToken)
    {
        if (report.Message.Price is not { } price || found.State.ProviderId != report.Message.ProviderId)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            "UPDATE notifications.messages SET price = $2, currency = $3 WHERE id = $1 AND price IS DISTINCT FROM $2", connection);
        command.CommandTimeout = Timeout;
        command.Parameters.Add(new() { Value = found.Job.Id });
        command.Parameters.Add(new() { Value = price });
        command.Parameters.Add(Nullable(NpgsqlDbType.Text, report.Message.Currency));
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            metrics.Priced(found.Facts, price, report.Message.Currency);
        }
    }

    private static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    /// <summary>A message that a report is about.</summary>
    private sealed record ReportedMessage(MessageState State, SendJob Job, MessageFacts Facts, string Recipient, JobOrigin Origin, string? Provider);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Message {Id} is {Status} (at the provider: {ProviderStatus}, code {Code})")]
        public static partial void Moved(ILogger logger, Guid id, string status, ProviderStatus providerStatus, int? code);

        [LoggerMessage(LogLevel.Warning, "A report of {ProviderId} ({Status}) is about no message that is kept here")]
        public static partial void NotOurs(ILogger logger, string providerId, ProviderStatus status);

        [LoggerMessage(LogLevel.Warning, "Message {Id} was taken for {ProviderId} by its text, but that is message {Other}: it is {Status} now")]
        public static partial void Mistaken(ILogger logger, Guid id, string providerId, Guid other, string status);

        [LoggerMessage(LogLevel.Error, "{Provider} reports code {Code} for messages to {Country}: that will not pass by itself; see the message's error")]
        public static partial void Alert(ILogger logger, string provider, int? code, string country);
    }
}
