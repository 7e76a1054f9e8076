using System.Globalization;
using System.Text;
using Npgsql;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Gives a restored database the name of the one that applications use, and keeps that one under another name. Both renamings are one
/// transaction: there is no moment in which the name is missing, and whatever fails leaves both as they were.
/// </summary>
internal sealed class DatabaseSwap(NpgsqlDataSource pool, TimeProvider time)
{
    private const int MaxNameBytes = 63;
    private const int Timeout = 60;
    private const int MostAttempts = 200;

    /// <summary>Why a restore cannot be swapped into the database that it has created.</summary>
    public static string SameName(string name) =>
        $"'{name}' is the database that is to be replaced. Name another one: it takes the name '{name}' at the end.";

    /// <summary>Whether a failure is the server's. Npgsql calls a command in a session that has ended an invalid operation.</summary>
    public static bool IsExpected(Exception exception) => exception is NpgsqlException or BackupException or InvalidOperationException;

    /// <summary>What it says to the operator.</summary>
    public static string SentenceOf(Exception exception) =>
        exception is InvalidOperationException ? "The session was lost." : FailureSentence.Of(exception);

    /// <summary>Swaps. Sessions of both databases are ended.</summary>
    /// <param name="server">The server.</param>
    /// <param name="current">The name to take.</param>
    /// <param name="restored">The database that takes it.</param>
    /// <param name="progress">Takes what was not carried over.</param>
    /// <param name="cancellationToken">Ends it before anything is renamed; from then on it goes to its end.</param>
    /// <exception cref="NpgsqlException">The server cannot be reached; nothing was renamed.</exception>
    public async Task<SwapResult> RunAsync(
        DirectConnection server, string current, string restored, RestoreProgress progress, CancellationToken cancellationToken)
    {
        await using var session = await MaintenanceSession.OpenAsync(server, [current, restored], cancellationToken);
        // It must be there: what no oid is compared with is found equal to a name that nobody has
        if (await OidAsync(session, restored) is not { } oid)
        {
            return new(null, $"Nothing was renamed: '{restored}' is gone.");
        }

        var exists = await OidAsync(session, current) is not null;
        if (exists)
        {
            // Newer than those of the backup
            await DatabaseProperties.CopyAsync(session, current, restored, progress, cancellationToken);
        }

        var names = new SwapNames(current, restored, exists ? NameToKeep(current, time.GetUtcNow()) : null);
        var process = session.ProcessID;
        progress.Say($"Ending the sessions of {string.Join(" and ", names.Both.Select(name => $"'{name}'"))}, and renaming. {names.Undo}");
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await RenameAsync(session, names);
            return new(names.KeptAs, null);
        }
        catch (Exception exception)
        {
            return await AfterAsync(exception, process, server, names, oid);
        }
        finally
        {
            // Its sessions were ended; what asks next must not find one of them
            pool.Clear();
        }
    }

    /// <summary><c>{current}_before_{yyyyMMddHHmmss}</c>, within what the server takes for a name.</summary>
    internal static string NameToKeep(string current, DateTimeOffset now)
    {
        var suffix = $"_before_{now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var kept = new StringBuilder();
        var left = MaxNameBytes - suffix.Length;
        foreach (var rune in current.EnumerateRunes().TakeWhile(rune => (left -= rune.Utf8SequenceLength) >= 0))
        {
            kept.Append(rune);
        }

        return kept + suffix;
    }

    private static async Task RenameAsync(NpgsqlConnection session, SwapNames names)
    {
        // Committed before the sessions are ended, or else applications would be back at once
        await AllowAsync(session, names.Both, false);
        await using (var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = ANY ($1) AND pid <> pg_backend_pid()", session))
        {
            end.Parameters.AddWithValue(names.Both);
            await end.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await using var transaction = await session.BeginTransactionAsync(CancellationToken.None);
        if (names.KeptAs is { } kept)
        {
            await ExecuteAsync(session, SwapNames.Rename(names.Current, kept));
            await AllowAsync(session, [kept], true);
        }

        await ExecuteAsync(session, SwapNames.Rename(names.Restored, names.Current));
        await AllowAsync(session, [names.Current], true);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>What is true after a failure: an answer that got lost on the way says nothing of what was committed.</summary>
    private static async Task<SwapResult> AfterAsync(
        Exception exception, int process, DirectConnection server, SwapNames names, uint oid)
    {
        var failure = SentenceOf(exception);
        try
        {
            // Of its own: the one before may be what was lost
            await using var session = await MaintenanceSession.OpenAsync(server, [names.Current, names.Restored], CancellationToken.None);
            if (exception is not PostgresException)
            {
                await EndAsync(session, process);
            }

            if (await OidAsync(session, names.Current) == oid)
            {
                return new(names.KeptAs, null);
            }

            var closed = await ReopenAsync(session, names.Both);
            return new(null, closed.Count == 0
                ? $"Nothing was renamed. {failure}"
                : $"Nothing was renamed. {failure} No connections are taken until you run: {string.Join(' ', closed.Select(name => $"{SwapNames.Allow(name, true)};"))}");
        }
        catch (Exception second) when (IsExpected(second))
        {
            return new(null, $"{failure} Whether anything was renamed cannot be found out now: {SentenceOf(second)} {names.Look}");
        }
    }

    /// <summary>Allows connections again; who may not rename a database may not do that either, and has not forbidden them.</summary>
    /// <returns>Those that take none all the same.</returns>
    private static async Task<IReadOnlyList<string>> ReopenAsync(NpgsqlConnection session, string[] databases)
    {
        foreach (var database in databases)
        {
            try
            {
                await AllowAsync(session, [database], true);
            }
            catch (PostgresException)
            {
                // What became of it, the catalogue says
            }
        }

        await using var command = new NpgsqlCommand(
            "SELECT coalesce(array_agg(datname::text), '{}') FROM pg_catalog.pg_database WHERE datname = ANY ($1) AND NOT datallowconn", session);
        command.Parameters.AddWithValue(databases);
        return (string[])(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }

    /// <summary>The server may not know yet that its client is gone, and go on to commit.</summary>
    private static async Task EndAsync(NpgsqlConnection session, int process)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            await using var command = new NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid)) = 0 FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND application_name = $2", session);
            command.Parameters.AddWithValue(process);
            command.Parameters.AddWithValue(DirectConnection.ApplicationName);
            if (await command.ExecuteScalarAsync(CancellationToken.None) is true)
            {
                return;
            }

            await ExecuteAsync(session, "SELECT pg_sleep(0.05)");
        }

        throw new BackupException("The session that renames does not end.");
    }

    private static async Task AllowAsync(NpgsqlConnection session, IEnumerable<string> databases, bool allow)
    {
        foreach (var database in databases)
        {
            await ExecuteAsync(session, SwapNames.Allow(database, allow));
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        // Names cannot be parameters here; they are quoted
        await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = Timeout };
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static async Task<uint?> OidAsync(NpgsqlConnection session, string database)
    {
        await using var command = new NpgsqlCommand("SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", session);
        command.Parameters.AddWithValue(database);
        return await command.ExecuteScalarAsync(CancellationToken.None) as uint?;
    }
}
