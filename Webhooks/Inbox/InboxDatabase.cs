using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Inbox;

/// <summary>The database, for as long as a request may wait for it.</summary>
internal sealed class InboxDatabase(NpgsqlDataSource dataSource, IOptions<WebhooksOptions> options, TimeProvider time)
{
    private readonly TimeSpan _timeout = options.Value.CommitTimeout;

    /// <summary>The bound of a command, in the whole seconds that Npgsql takes.</summary>
    public int TimeoutSeconds => (int)Math.Ceiling(_timeout.TotalSeconds);

    /// <summary>One bound over waiting for a connection, connecting, and the commands.</summary>
    /// <remarks>
    /// Cancelling is not enough: while a server is frozen or cut off, Npgsql waits for it to confirm the cancellation, and a
    /// caller would wait up to a minute. So the work is left to end by its own timeouts, and may commit after all.
    /// </remarks>
    /// <exception cref="InboxUnavailableException">The database failed or took too long.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        var running = ConnectAsync(work);
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

    private async Task<T> ConnectAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        // For the pool, which hands out no connection while all of them hang
        using var timeout = new CancellationTokenSource(_timeout, time);
        await using var connection = await dataSource.OpenConnectionAsync(timeout.Token);
        return await work(connection);
    }
}
