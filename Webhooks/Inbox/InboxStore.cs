using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Inbox;

/// <summary>Owns the table <c>webhooks.events</c>; <see cref="InboxIntake"/> is how events get into it.</summary>
/// <remarks>Every method throws <see cref="InboxUnavailableException"/> if the database fails or takes too long.</remarks>
internal sealed partial class InboxStore(NpgsqlDataSource dataSource, IOptions<WebhooksOptions> options, TimeProvider time)
{
    private readonly TimeSpan _timeout = options.Value.CommitTimeout;

    /// <summary>What is known about one event, without its content.</summary>
    public Task<EventAnswer?> FindAsync(Guid id) => BoundedAsync(async connection =>
    {
        await using var command = Command(connection,
            """
            SELECT source, event_id, event_type, received_at, body_sha256, length(body), duplicates, conflicts
            FROM webhooks.events
            WHERE id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new EventAnswer(
                id,
                Source: reader.GetString(0),
                EventId: reader.GetString(1),
                Type: reader.IsDBNull(2) ? null : reader.GetString(2),
                ReceivedAt: reader.GetFieldValue<DateTimeOffset>(3),
                Sha256: Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(4)),
                Size: reader.GetInt32(5),
                Duplicates: reader.GetInt32(6),
                Conflicts: reader.GetInt32(7))
            : null;
    });

    /// <summary>The bytes that the sender signed.</summary>
    public Task<byte[]?> FindBodyAsync(Guid id) => BoundedAsync(async connection =>
    {
        await using var command = Command(connection, "SELECT body FROM webhooks.events WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return await command.ExecuteScalarAsync() as byte[];
    });

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(sql, connection) { CommandTimeout = (int)Math.Ceiling(_timeout.TotalSeconds) };

    /// <summary>One bound over waiting for a connection, connecting, and the command.</summary>
    /// <remarks>
    /// Cancelling is not enough: while a server is frozen or cut off, Npgsql waits for it to confirm the cancellation, and a
    /// caller would wait up to a minute. So the work is left to end by its own timeouts, and may commit after all.
    /// </remarks>
    private async Task<T> BoundedAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        var running = RunAsync(work);
        try
        {
            return await running.WaitAsync(_timeout, time);
        }
        // A socket's own exception is what a name that does not resolve ends in
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException or SocketException)
        {
            // Looks at the failure of what nobody waits for any more
            _ = running.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
            throw new InboxUnavailableException(exception);
        }
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        // For the pool, which hands out no connection while all of them hang
        using var timeout = new CancellationTokenSource(_timeout, time);
        await using var connection = await dataSource.OpenConnectionAsync(timeout.Token);
        return await work(connection);
    }
}
