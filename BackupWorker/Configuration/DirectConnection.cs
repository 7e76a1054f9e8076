using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.BackupWorker.Configuration;

/// <summary>
/// The database that is backed up, reached past any pooler: a session's lock and an exported snapshot do not survive one
/// that hands sessions around.
/// </summary>
internal sealed class DirectConnection(IConfiguration configuration)
{
    private const string ApplicationName = "prodready-backups";

    /// <summary>The database's name.</summary>
    /// <exception cref="BackupException">Nothing usable is configured.</exception>
    public string Database => Settings().Database!;

    /// <summary>Connection settings of one session of our own, by <c>DIRECT_URL</c> where one is set.</summary>
    /// <param name="database">Another database of the same server.</param>
    /// <exception cref="BackupException">Nothing usable is configured.</exception>
    public NpgsqlConnectionStringBuilder Settings(string? database = null)
    {
        var direct = configuration.GetConnectionString("prodready-direct");
        var value = string.IsNullOrWhiteSpace(direct) ? configuration.GetConnectionString("prodready") : direct;
        if (!ConnectionUrl.TryParsePostgres(value, out var connectionString, out var error))
        {
            throw new BackupException($"The database's connection string (DIRECT_URL or DATABASE_URL) {error}.");
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
        settings.Database = database ?? settings.Database ?? settings.Username;
        return settings;
    }

    /// <summary>Opens a session.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken, string? database = null)
    {
        var connection = new NpgsqlConnection(Settings(database).ConnectionString);
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
}
