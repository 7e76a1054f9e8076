using Npgsql;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Sessions for work on databases that nobody may be connected to, ourselves included, or that may be lost.</summary>
internal static class MaintenanceSession
{
    private static readonly string[] Databases = ["postgres", "template1"];

    /// <summary>Opens one in whatever database the server has besides some.</summary>
    /// <param name="server">The server.</param>
    /// <param name="besides">Those.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BackupException">There is none.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public static async Task<NpgsqlConnection> OpenAsync(
        DirectConnection server, IReadOnlyCollection<string> besides, CancellationToken cancellationToken)
    {
        PostgresException? refusal = null;
        // The configured one first: it is the one that we most likely may connect to
        foreach (var database in Databases.Prepend(server.Database).Where(database => !besides.Contains(database)))
        {
            try
            {
                return await server.OpenAsync(cancellationToken, database);
            }
            catch (PostgresException exception) when (exception.SqlState
                is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.InsufficientPrivilege)
            {
                // Missing, or taking no connections (as a swap leaves it that was killed), or none of ours: the next one
                refusal ??= exception;
            }
        }

        throw new BackupException(
            "The server has no other database to connect to meanwhile, neither the configured one nor 'postgres' or 'template1'."
            + (refusal is null ? "" : $" It answered: {refusal.MessageText} ({refusal.SqlState})."));
    }
}
