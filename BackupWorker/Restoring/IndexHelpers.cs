using System.Net;
using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// A server builds an index by several processes (<c>max_parallel_maintenance_workers</c>). On this machine there are as many jobs as processors: while
/// work waits for all of them, helpers only take processors away from one another.
/// </summary>
internal static class IndexHelpers
{
    private const string None = "-c max_parallel_maintenance_workers=0";

    /// <summary>How to connect so that an index is built by one process.</summary>
    /// <param name="environment">libpq's variables.</param>
    /// <param name="settings">The same for a session of our own, which tries them: poolers refuse options, and nothing may fail for this.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The same variables for a server elsewhere, whose processors are not known, or one that does not take options.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> WithoutAsync(
        IReadOnlyDictionary<string, string> environment, NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        if (!IsThisMachine(environment.GetValueOrDefault("PGHOST")))
        {
            return environment;
        }

        // Before the connection's own, which win
        var options = $"{None} {environment.GetValueOrDefault("PGOPTIONS")}".TrimEnd();
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Options = options }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            return environment;
        }

        return new Dictionary<string, string>(environment) { ["PGOPTIONS"] = options };
    }

    private static bool IsThisMachine(string? host) =>
        string.IsNullOrEmpty(host) || host[0] is '/' or '@' || host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
