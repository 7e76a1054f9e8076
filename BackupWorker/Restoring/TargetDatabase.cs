using System.Text;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>The database that a restore creates. Only what was created here is ever dropped.</summary>
internal sealed class TargetDatabase(DirectConnection direct, string name)
{
    // NAMEDATALEN - 1: the server cuts longer names off without an error
    private const int MaxNameBytes = 63;
    private const int ProvidersSince = 15;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The way to it, once it exists.</summary>
    public DirectConnection Connection => direct.To(name);

    /// <summary>The statement that removes it, for messages.</summary>
    public string DropStatement => $"DROP DATABASE {SqlName.Quote(name)};";

    /// <returns>Why the name cannot be used, or nothing.</returns>
    public static string? WhyNot(string name) =>
        name.Length == 0 || name.Contains('\0') ? "A database needs a name."
        : Encoding.UTF8.GetByteCount(name) > MaxNameBytes ? $"A database's name has at most {MaxNameBytes} bytes."
        : null;

    /// <summary>A session on the server, in whatever database there is besides the target.</summary>
    public Task<NpgsqlConnection> OpenServerAsync(CancellationToken cancellationToken) =>
        MaintenanceSession.OpenAsync(direct, [name], cancellationToken);

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
        var sql = $"CREATE DATABASE {SqlName.Quote(name)} TEMPLATE template0 ENCODING {SqlName.Literal(locale.Encoding)} "
            + $"LC_COLLATE {SqlName.Literal(locale.Collate)} LC_CTYPE {SqlName.Literal(locale.Ctype)}{ProviderOf(locale, server)}";
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

    /// <summary>Marks it with a comment, or takes the mark away.</summary>
    public async Task MarkAsync(NpgsqlConnection session, string? mark)
    {
        await using var command = new NpgsqlCommand($"COMMENT ON DATABASE {SqlName.Quote(name)} IS {(mark is null ? "NULL" : SqlName.Literal(mark))}", session);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Drops what <see cref="TryCreateAsync"/> created, in a session of its own: another may be what was lost.</summary>
    /// <returns>Why it is left, in a sentence, or nothing.</returns>
    public async Task<string?> TryDropAsync()
    {
        try
        {
            await using var server = await OpenServerAsync(CancellationToken.None);
            await using var command = new NpgsqlCommand($"DROP DATABASE IF EXISTS {SqlName.Quote(name)} WITH (FORCE)", server) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            return null;
        }
        catch (Exception exception) when (exception is NpgsqlException or BackupException or InvalidOperationException)
        {
            return FailureSentence.Of(exception);
        }
    }

    /// <summary>Drops what <see cref="TryCreateAsync"/> created.</summary>
    /// <returns>Whether it is left, and what became of it, in sentences.</returns>
    public async Task<(bool IsLeft, string Fate)> DropAsync() => await TryDropAsync() is { } reason
        ? (true, $"The new database '{name}' is left behind, incomplete: {reason} Remove it with: {DropStatement}")
        : (false, $"The new database '{name}' was dropped again.");

    /// <summary>pg_restore's way to name a database, which it would else read as connection settings where it can.</summary>
    public static string AsConnectionArgument(string name) =>
        $"--dbname=dbname='{name.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    private static string ProviderOf(DatabaseLocale locale, NpgsqlConnection server) =>
        server.PostgreSqlVersion.Major < ProvidersSince ? ""
        : (locale.Provider, locale.Locale) switch
        {
            ("i", { } icu) => $" LOCALE_PROVIDER icu ICU_LOCALE {SqlName.Literal(icu)}",
            ("b", { } builtin) => $" LOCALE_PROVIDER builtin BUILTIN_LOCALE {SqlName.Literal(builtin)}",
            _ => " LOCALE_PROVIDER libc",
        };
}
