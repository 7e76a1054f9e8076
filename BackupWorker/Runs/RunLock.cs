using Npgsql;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Runs;

/// <summary>
/// Lets one run at a time work on the database, whichever process or machine it is in: a Postgres advisory lock, which the
/// server itself releases when the holder's connection ends.
/// </summary>
internal sealed class RunLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private RunLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the lock if it is free.</summary>
    public static async Task<RunLock?> TryTakeAsync(DirectConnection direct, CancellationToken cancellationToken)
    {
        var connection = await direct.OpenAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(
                "SELECT pg_try_advisory_lock(hashtextextended('prodready:backups', 0))", connection);
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
        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", _connection);
            await command.ExecuteScalarAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            throw new BackupException("The connection that holds the run lock was lost, so another run may be under way.", exception);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
