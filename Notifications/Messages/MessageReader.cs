using Npgsql;

namespace ProdReady.Notifications.Messages;

/// <summary>Reads messages for those who ask what became of them.</summary>
internal sealed class MessageReader(NpgsqlDataSource database)
{
    /// <summary>How long a caller waits for a database that does not answer, in seconds.</summary>
    private const int Patience = 5;

    /// <summary>Finds a message, with its timeline.</summary>
    public async Task<Message?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {MessageRows.Columns}, timeline::text FROM notifications.messages WHERE id = $1");
        command.CommandTimeout = Patience;
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? MessageRows.Read(reader) with { Events = MessageRows.ReadTimeline(reader.GetString(20)) }
            : null;
    }

    /// <summary>Lists messages, the newest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="before">Only those that came before this one.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<Message>> ListAsync(MessageFilter filter, Guid? before, int limit, CancellationToken cancellationToken)
    {
        // Each condition that is asked for, so that the planner can choose an index for it
        var conditions = new List<string> { "true" };
        await using var command = database.CreateCommand();
        command.CommandTimeout = Patience;
        Add("recipient = {0}", filter.To);
        Add("status = {0}", filter.Status);
        Add("kind = {0}", filter.Kind?.Text());
        Add("country = {0}", filter.Country);
        Add("template = {0}", filter.Template);
        Add("provider_id = {0}", filter.ProviderId);
        Add("error_code = {0}", filter.ErrorCode);
        if (MessageStatus.Waiting.Contains(filter.Status))
        {
            // Few of many: by the index of what must be looked after, in which all of these are
            conditions.Add("check_at IS NOT NULL AND status <> 'sent'");
        }

        // By the time in their ids
        Add("id >= {0}", filter.From is { } from ? FirstIdOf(from) : null);
        Add("id < {0}", filter.Until is { } until ? FirstIdOf(until) : null);
        Add("id < {0}", before);
        command.CommandText =
            $"SELECT {MessageRows.Columns} FROM notifications.messages WHERE {string.Join(" AND ", conditions)} ORDER BY id DESC LIMIT {limit}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<Message>();
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(MessageRows.Read(reader));
        }

        return messages;

        void Add(string condition, object? value)
        {
            if (value is not null)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
                conditions.Add(condition.Replace("{0}", $"${command.Parameters.Count}", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>The smallest version 7 UUID of a millisecond (RFC 9562, 5.7).</summary>
    private static Guid FirstIdOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new(bytes, bigEndian: true);
    }
}

/// <summary>Which messages to list; <see langword="null"/> for any.</summary>
internal sealed record MessageFilter(
    string? To,
    string? Status,
    MessageKind? Kind,
    string? Country,
    string? Template,
    string? ProviderId,
    int? ErrorCode,
    DateTimeOffset? From,
    DateTimeOffset? Until);
