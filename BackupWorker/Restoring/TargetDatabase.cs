using System.Text;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>The database that a restore creates. Only what was created here is ever dropped.</summary>
internal sealed class TargetDatabase(DirectConnection direct, string name)
{
    // NAMEDATALEN - 1: the server cuts longer names off without an error
    private const int MaxNameBytes = 63;
    private const int ProvidersSince = 15;

    // The configured database may be the one that was lost
    private static readonly string[] Maintenance = ["postgres", "template1"];

    /// <summary>The statement that removes it, for messages.</summary>
    public string DropStatement => $"DROP DATABASE {Quoted};";

    private string Quoted => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <returns>Why the name cannot be used, or nothing.</returns>
    public static string? WhyNot(string name) =>
        name.Length == 0 || name.Contains('\0') ? "A database needs a name."
        : Encoding.UTF8.GetByteCount(name) > MaxNameBytes ? $"A database's name has at most {MaxNameBytes} bytes."
        : null;

    /// <summary>A session on the server, in whatever database there is besides the target.</summary>
    public async Task<NpgsqlConnection> OpenServerAsync(CancellationToken cancellationToken)
    {
        foreach (var database in Maintenance.Prepend(direct.Database).Where(candidate => candidate != name))
        {
            try
            {
                return await direct.OpenAsync(cancellationToken, database);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                // The next one
            }
        }

        throw new BackupException("The server has neither the configured database nor 'postgres' or 'template1' to connect to.");
    }

    public async Task<bool> ExistsAsync(NpgsqlConnection server, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1)", server);
        command.Parameters.AddWithValue(name);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Creates it, empty and with the encoding and sorting of the one that was backed up.</summary>
    /// <returns><see langword="false"/> if it exists.</returns>
    public async Task<bool> TryCreateAsync(NpgsqlConnection server, DatabaseLocale locale, CancellationToken cancellationToken)
    {
        var sql = $"CREATE DATABASE {Quoted} TEMPLATE template0 ENCODING {Literal(locale.Encoding)} "
            + $"LC_COLLATE {Literal(locale.Collate)} LC_CTYPE {Literal(locale.Ctype)}{ProviderOf(locale, server)}";
        try
        {
            // CREATE DATABASE takes no parameters; names and literals are quoted above
            await using var command = new NpgsqlCommand(sql, server) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            return false;
        }
    }

    /// <summary>Drops what <see cref="TryCreateAsync"/> created.</summary>
    /// <returns>What became of it, in a sentence.</returns>
    public async Task<string> DropAsync(NpgsqlConnection server)
    {
        try
        {
            await using var command = new NpgsqlCommand($"DROP DATABASE {Quoted} WITH (FORCE)", server) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            return $"The new database '{name}' was dropped again.";
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            return $"The new database '{name}' is left behind, incomplete. Remove it with: {DropStatement}";
        }
    }

    /// <summary>pg_restore's way to name a database, which it would else read as connection settings where it can.</summary>
    public string AsConnectionArgument() =>
        $"--dbname=dbname='{name.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    private static string ProviderOf(DatabaseLocale locale, NpgsqlConnection server) =>
        server.PostgreSqlVersion.Major < ProvidersSince ? ""
        : (locale.Provider, locale.Locale) switch
        {
            ("i", { } icu) => $" LOCALE_PROVIDER icu ICU_LOCALE {Literal(icu)}",
            ("b", { } builtin) => $" LOCALE_PROVIDER builtin BUILTIN_LOCALE {Literal(builtin)}",
            _ => " LOCALE_PROVIDER libc",
        };

    private static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
