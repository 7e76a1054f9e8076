using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>The server's roles and tablespaces, which no database's dump holds.</summary>
internal static class GlobalsDump
{
    /// <summary>The last line of pg_dumpall's output but for empty ones.</summary>
    public const string End = "-- PostgreSQL database cluster dump complete";

    /// <summary>Told where the passwords of roles cannot be read.</summary>
    public const string WithoutPasswords =
        "Roles are kept without their passwords, which only a superuser may read: set them anew after a restore of the roles.";

    /// <summary>pg_dumpall's arguments.</summary>
    /// <param name="database">The database that it may connect to.</param>
    /// <param name="readsPasswords">Whether passwords can be read.</param>
    public static IReadOnlyList<string> Arguments(string database, bool readsPasswords) =>
        ["--globals-only", "--no-password", $"--database={database}", .. readsPasswords ? Array.Empty<string>() : ["--no-role-passwords"]];

    /// <summary>Whether passwords can be read.</summary>
    public static async Task<bool> ReadsPasswordsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
