using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Runs;

/// <summary>
/// Lets one run at a time work on the database, whichever process or machine it is in: a Postgres advisory lock, which the
/// server itself releases when the holder's connection ends.
/// </summary>
internal sealed class RunLock : IAsyncDisposable
{
    /// <summary>Of backups, clean-ups and removals.</summary>
    public const string Backups = "prodready:backups";

    /// <summary>Of drills.</summary>
    public const string Drills = "prodready:backups:drills";

    /// <summary>Of base backups, and what is removed with them.</summary>
    public const string Bases = "prodready:backups:bases";

    /// <summary>Of receiving the write-ahead log.</summary>
    public const string Wal = "prodready:backups:wal";

    // A machine that lost its power says no goodbye: without this, the server would keep its lock for two hours
    private const string KeepAliveSql = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

    private const int ReleaseSeconds = 2;

    private readonly NpgsqlConnection _connection;

    private RunLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes a lock if it is free.</summary>
    public static async Task<RunLock?> TryTakeAsync(DirectConnection direct, string name, CancellationToken cancellationToken) =>
        await TryTakeAsync(await direct.OpenAsync(cancellationToken), name, cancellationToken);

    /// <summary>
    /// Takes a lock if it is free, in another database of the server where that one is lost: a lock is its database's, so that nobody can
    /// hold it there then.
    /// </summary>
    public static async Task<RunLock?> TryTakeOnServerAsync(DirectConnection direct, string name, CancellationToken cancellationToken) =>
        await TryTakeAsync(await MaintenanceSession.OpenAsync(direct, [], cancellationToken), name, cancellationToken);

    private static async Task<RunLock?> TryTakeAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            await using (var keepAlive = new NpgsqlCommand(KeepAliveSql, connection))
            {
                await keepAlive.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var command = new NpgsqlCommand(
                "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", connection);
            command.Parameters.AddWithValue(name);
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                return new(connection);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Makes sure that no other run can have started since.</summary>
    /// <exception cref="BackupException">The connection, and with it the lock, was lost.</exception>
    public async Task EnsureHeldAsync(CancellationToken cancellationToken)
    {
        bool isHeld;
        try
        {
            // The lock and not the connection alone: a pooler answers for every server connection that it has
            await using var command = new NpgsqlCommand(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid())", _connection);
            isHeld = await command.ExecuteScalarAsync(cancellationToken) is true;
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            throw new BackupException("The connection that holds the run lock was lost, so another run may be under way.", exception);
        }

        if (!isHeld)
        {
            throw new BackupException(
                "The run lock is not where it was taken: a pooler hands sessions around. Set DIRECT_URL to the database itself, past the pooler.");
        }
    }

    /// <summary>Lets go of it. Whoever asks from then on gets it: the server notices the end of a connection a moment later only.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", _connection) { CommandTimeout = ReleaseSeconds };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The connection was lost, or its end says it
        }

        await _connection.DisposeAsync();
    }
}
