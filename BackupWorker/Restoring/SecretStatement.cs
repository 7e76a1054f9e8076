using Npgsql;
using OpenTelemetry;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Runs a statement that may hold a secret, such as a password's hash or a setting: it is in no trace.</summary>
internal static class SecretStatement
{
    /// <summary>Runs it.</summary>
    /// <returns>The server's refusal, whose text may repeat some of the statement; nothing if it was done.</returns>
    public static async Task<PostgresException?> TryAsync(NpgsqlConnection server, string sql, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            await using var command = new NpgsqlCommand(sql, server);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return null;
        }
        catch (PostgresException exception)
        {
            return exception;
        }
    }
}
