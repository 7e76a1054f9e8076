using Npgsql;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>Owns <c>backups.manifests</c>: copies of manifest files, each with the size and time of the file that it was read from.</summary>
internal sealed class ManifestStore(NpgsqlDataSource database)
{
    /// <summary>A backup's listing must not wait long for what only makes it faster.</summary>
    private const int Timeout = 5;

    /// <summary>The copies of these very files; one of another size or time is none.</summary>
    public async Task<Dictionary<string, byte[]>> FindAsync(
        string destination, IReadOnlyList<StoredFile> files, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT m.file, m.manifest
            FROM unnest($2, $3, $4) AS wanted (file, size, modified_at)
            JOIN backups.manifests m
                ON m.destination = $1 AND m.file = wanted.file AND m.size = wanted.size AND m.modified_at = wanted.modified_at
            """,
            destination);
        command.Parameters.AddWithValue(files.Select(file => file.Name).ToArray());
        command.Parameters.AddWithValue(files.Select(file => file.Size).ToArray());
        command.Parameters.AddWithValue(files.Select(file => file.ModifiedAt.UtcDateTime).ToArray());
        var found = new Dictionary<string, byte[]>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = reader.GetFieldValue<byte[]>(1);
        }

        return found;
    }

    /// <summary>Keeps a copy.</summary>
    public async Task SaveAsync(string destination, StoredFile file, byte[] manifest, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            INSERT INTO backups.manifests (destination, file, size, modified_at, manifest) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (destination, file) DO UPDATE
            SET size = excluded.size, modified_at = excluded.modified_at, manifest = excluded.manifest
            """,
            destination);
        command.Parameters.AddWithValue(file.Name);
        command.Parameters.AddWithValue(file.Size);
        command.Parameters.AddWithValue(file.ModifiedAt.UtcDateTime);
        command.Parameters.AddWithValue(manifest);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The files that a destination has copies of.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(string destination, CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT file FROM backups.manifests WHERE destination = $1", destination);
        var files = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(reader.GetString(0));
        }

        return files;
    }

    /// <summary>Forgets one file.</summary>
    public async Task DeleteAsync(string destination, string file, CancellationToken cancellationToken)
    {
        await using var command = Command("DELETE FROM backups.manifests WHERE destination = $1 AND file = $2", destination);
        command.Parameters.AddWithValue(file);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets all of them, those of former destinations too.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM backups.manifests");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, string destination)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(destination);
        return command;
    }
}
