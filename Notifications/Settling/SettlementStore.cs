using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Statuses;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Settling;

/// <summary>
/// Commits what operators find out of messages of unknown fate. Whoever is first with a message, a report, the one who looks for it
/// at the provider, its sender or an operator, is what counts: each changes only a message that is still in the state that it read.
/// </summary>
internal sealed partial class SettlementStore(
    NpgsqlDataSource database, SendQueues queues, IOptions<SendingOptions> options, MessageMetrics metrics, ILogger<SettlementStore> logger)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 5;

    /// <summary>A job that could not be added, since the one before was not out of the queue yet, is added then.</summary>
    private static readonly TimeSpan FirstLookAtJob = TimeSpan.FromSeconds(5);

    /// <summary>Commits one; repeating it changes nothing.</summary>
    /// <returns>What became of it, and of a message that is not unknown its state.</returns>
    public async Task<(SettlementVerdict Verdict, string? Status)> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The id before the row, as whoever finds the message at the provider takes them: the other way round, the two could deadlock
        var isTaken = settlement.ProviderId is not null && await IsTakenAsync(connection, settlement, cancellationToken);
        if (await FindAsync(connection, settlement.Id, cancellationToken) is not { } found)
        {
            return (SettlementVerdict.NoMessage, null);
        }

        var verdict = Judge(settlement, found, isTaken);
        if (verdict == SettlementVerdict.Settled)
        {
            var wait = found.UntilSafe > TimeSpan.Zero ? found.UntilSafe : TimeSpan.Zero;
            await ChangeAsync(connection, settlement, wait, cancellationToken);
            if (settlement.Finding == Finding.Resend)
            {
                await queues.EnqueueAsync(connection, [found.Job.ToEnqueue(wait, found.Origin)], cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            metrics.Settled(found.Facts, settlement.Finding);
            Log.Settled(logger, settlement.Id, MaskedNumber.Of(found.Recipient), settlement.Finding, settlement.By);
        }

        return (verdict, found.Status);
    }

    private static SettlementVerdict Judge(Settlement settlement, FoundMessage found, bool isTaken)
    {
        var isRepeated = found.LastFinding == settlement.Finding.Text()
            && (settlement.ProviderId is null || settlement.ProviderId == found.ProviderId)
            && (settlement.Attempt is { } attempt ? attempt == found.LastSettled : found.Status != MessageStatus.Unknown);
        return settlement switch
        {
            _ when isRepeated => SettlementVerdict.Repeated,
            { Attempt: { } meant } when meant != found.Attempts => SettlementVerdict.OtherAttempt,
            _ when found.Status != MessageStatus.Unknown => SettlementVerdict.NotUnknown,
            _ when isTaken => SettlementVerdict.IdTaken,
            { Finding: Finding.Resend } when found.IsOver => SettlementVerdict.Over,
            _ => SettlementVerdict.Settled,
        };
    }

    /// <summary>Whether the id is another send's. Nobody else takes it before this transaction ends.</summary>
    private static async Task<bool> IsTakenAsync(NpgsqlConnection connection, Settlement settlement, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = Timeout };
        batch.BatchCommands.Add(StatusReports.LockProviderId(settlement.ProviderId!));
        batch.BatchCommands.Add(new(
            """
            SELECT EXISTS (SELECT FROM notifications.messages WHERE provider_id = $1 AND id <> $2)
                OR EXISTS (
                    SELECT FROM notifications.messages
                    WHERE recipient = (SELECT recipient FROM notifications.messages WHERE id = $2) AND $1 = ANY(earlier_ids))
            """)
        {
            Parameters = { new() { Value = settlement.ProviderId }, new() { Value = settlement.Id } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetBoolean(0);
    }

    private async Task<FoundMessage?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT status, attempts, provider_id, recipient, country, kind, segments, sender, correlation_id, traceparent,
                expires_at <= statement_timestamp(), updated_at + $2 - statement_timestamp(), timeline::text
            FROM notifications.messages WHERE id = $1 FOR UPDATE
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(options.Value.ProofAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var kind = MessageKinds.Parse(reader.GetString(5));
        var before = MessageRows.ReadTimeline(reader.GetString(12)).LastOrDefault(state => state.Settled is not null);
        return new(
            reader.GetString(0),
            reader.GetInt32(1),
            reader.TextOrNull(2),
            reader.GetString(3),
            new(id, reader.GetString(4), reader.GetInt16(6), kind),
            new(reader.GetString(4), kind, reader.TextOrNull(7), null),
            new(reader.TextOrNull(8), reader.TextOrNull(9)),
            reader.GetBoolean(10),
            reader.GetFieldValue<TimeSpan>(11),
            before?.Settled,
            before?.Attempt);
    }

    private async Task ChangeAsync(
        NpgsqlConnection connection, Settlement settlement, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (status, check) = settlement switch
        {
            // Without an id there is nothing to ask for; a report that has ours still counts
            { Finding: Finding.Sent } => (MessageStatus.Sent, settlement.ProviderId is null ? (TimeSpan?)null : options.Value.FirstCheck),
            { Finding: Finding.NotSent } => (MessageStatus.Failed, null),
            _ => (MessageStatus.Accepted, wait + FirstLookAtJob),
        };
        await using var command = new NpgsqlCommand(
            """
            UPDATE notifications.messages SET
                status = $2, provider_id = $3, error = $4, checks = 0, updated_at = statement_timestamp(),
                error_code = CASE $2 WHEN 'sent' THEN NULL ELSE error_code END,
                not_before = CASE $2 WHEN 'accepted' THEN statement_timestamp() + $5 ELSE not_before END,
                check_at = statement_timestamp() + $6,
                sealed_body = CASE $2 WHEN 'failed' THEN NULL ELSE sealed_body END,
                timeline = timeline
                    || (notifications.timeline_entry($2, attempts, NULL, NULL, $7) || jsonb_build_object('settled', $8::text, 'by', $9::text))
            WHERE id = $1
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddRange(
        new NpgsqlParameter[]
        {
            new() { Value = settlement.Id },
            new() { Value = status },
            new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)settlement.ProviderId ?? DBNull.Value },
            new()
            {
                NpgsqlDbType = NpgsqlDbType.Text,
                Value = settlement.Finding == Finding.NotSent ? $"An operator found that it was not sent: {settlement.Note}" : DBNull.Value,
            },
            new() { Value = wait },
            new() { NpgsqlDbType = NpgsqlDbType.Interval, Value = (object?)check ?? DBNull.Value },
            new() { Value = settlement.Note },
            new() { Value = settlement.Finding.Text() },
            new() { Value = settlement.By },
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A message that an operator wants to settle.</summary>
    /// <param name="Status">Its state.</param>
    /// <param name="Attempts">How many sends were begun.</param>
    /// <param name="ProviderId">The provider's id of the last one.</param>
    /// <param name="Recipient">The recipient.</param>
    /// <param name="Job">What sends it.</param>
    /// <param name="Facts">What it is counted by.</param>
    /// <param name="Origin">What it is a part of.</param>
    /// <param name="IsOver">Whether its time is over.</param>
    /// <param name="UntilSafe">How long until no call of the last send can be under way any more.</param>
    /// <param name="LastFinding">How it was settled before.</param>
    /// <param name="LastSettled">Which send that was about.</param>
    private sealed record FoundMessage(
        string Status,
        int Attempts,
        string? ProviderId,
        string Recipient,
        SendJob Job,
        MessageFacts Facts,
        JobOrigin Origin,
        bool IsOver,
        TimeSpan UntilSafe,
        string? LastFinding,
        int? LastSettled);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To}, whose answer was lost, was settled by hand as {Finding}, with the key {By}")]
        public static partial void Settled(ILogger logger, Guid id, string to, Finding finding, string by);
    }
}
