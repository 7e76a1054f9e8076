using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.BackupWorker.Configuration;

/// <summary>
/// A database, reached past any pooler: a session's lock and an exported snapshot do not survive one that hands sessions around.
/// </summary>
/// <param name="value">A connection string or URL.</param>
/// <param name="setting">The setting that holds it, for messages.</param>
/// <param name="database">Another database of the same server.</param>
internal sealed class DirectConnection(string? value, string setting, string? database = null)
{
    /// <summary>What our sessions are called on the server.</summary>
    public const string ApplicationName = "prodready-backups";

    /// <summary>The database's name.</summary>
    /// <exception cref="BackupException">Nothing usable is configured.</exception>
    public string Database => Settings().Database!;

    /// <summary>Connection settings of one session of our own.</summary>
    /// <param name="other">Another database of the same server.</param>
    /// <exception cref="BackupException">Nothing usable is configured.</exception>
    public NpgsqlConnectionStringBuilder Settings(string? other = null)
    {
        if (!ConnectionUrl.TryParsePostgres(value, out var connectionString, out var error))
        {
            throw new BackupException($"The database's connection string ({setting}) {error}.");
        }

        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = ApplicationName,
            // What these sessions hold ends with them, not with a pool's idea of reuse
            Pooling = false,
            Multiplexing = false,
            // They sit idle for as long as pg_dump works; routers and idle_session_timeout drop silent ones
            KeepAlive = 30,
        };
        settings.Database = other ?? database ?? settings.Database ?? settings.Username;
        return settings;
    }

    /// <summary>Opens a session.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken, string? other = null)
    {
        var connection = new NpgsqlConnection(Settings(other).ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another database of the same server.</summary>
    public DirectConnection To(string other) => new(value, setting, other);
}
