using Npgsql;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Retention;

/// <summary>
/// Owns <c>backups.removals</c>: the backups whose removal has begun, so that the next run ends what a killed process, or storage that
/// refused, left half done. Only the holder of the run lock may use it.
/// </summary>
internal sealed class RemovalStore(NpgsqlDataSource database)
{
    /// <summary>Records that a backup is about to go.</summary>
    public Task BeginAsync(string destination, BackupName name, CancellationToken cancellationToken) => ExecuteAsync(
        "INSERT INTO backups.removals (destination, name) VALUES ($1, $2) ON CONFLICT DO NOTHING", destination, name.ToString(), cancellationToken);

    /// <summary>Records that nothing is left of it.</summary>
    public Task EndAsync(string destination, BackupName name, CancellationToken cancellationToken) => ExecuteAsync(
        "DELETE FROM backups.removals WHERE destination = $1 AND name = $2", destination, name.ToString(), cancellationToken);

    /// <summary>The names of those whose removal has begun and not ended.</summary>
    public async Task<IReadOnlySet<string>> ListAsync(string destination, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce(array_agg(name), '{}') FROM backups.removals WHERE destination = $1");
        command.Parameters.AddWithValue(destination);
        return ((string[])(await command.ExecuteScalarAsync(cancellationToken))!).ToHashSet();
    }

    /// <summary>Forgets all of a destination. One that still has its manifest is a backup, and retention decides on it anew.</summary>
    public Task ClearAsync(string destination, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM backups.removals WHERE destination = $1", destination, null, cancellationToken);

    private async Task ExecuteAsync(string sql, string destination, string? name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(destination);
        if (name is not null)
        {
            command.Parameters.AddWithValue(name);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
