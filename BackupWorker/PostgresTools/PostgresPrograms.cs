using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>Finds pg_dump and pg_restore, anew for each run: a package upgrade moves them while we run.</summary>
internal sealed class PostgresPrograms(IConfiguration configuration)
{
    public const string Dump = "pg_dump";
    public const string Restore = "pg_restore";

    /// <summary>Looks for both programs in one folder.</summary>
    /// <returns><see langword="false"/> with a sentence that says what to do.</returns>
    public bool TryFind([NotNullWhen(true)] out PostgresBinaries? binaries, [NotNullWhen(false)] out string? error)
    {
        if (!PostgresBinaries.TryFind(configuration["Postgres:Bin"], Dump, out binaries, out error))
        {
            return false;
        }

        if (!File.Exists(binaries[Restore]))
        {
            error = $"{binaries.Directory} holds {Dump} but no {Restore}. Set POSTGRES_BIN to a folder that holds both.";
            binaries = null;
            return false;
        }

        return true;
    }

    /// <summary>Finds both programs.</summary>
    /// <exception cref="BackupException">They are not there.</exception>
    public PostgresBinaries Find() =>
        TryFind(out var binaries, out var error) ? binaries : throw new BackupException(error);

    /// <summary>Asks a program for its version.</summary>
    /// <exception cref="BackupException">It does not run.</exception>
    public static async Task<ToolVersion> VersionAsync(string path, CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(path, ["--version"], new Dictionary<string, string>(), cancellationToken);
        process.Input.Close();
        using var reader = new StreamReader(process.Output);
        var output = await reader.ReadToEndAsync(cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        return exit.Succeeded && ToolVersion.Parse(output) is { } version
            ? version
            : throw new BackupException($"'{path} --version' does not tell its version (exit code {exit.Code}).");
    }

    /// <summary>pg_dump refuses a server newer than itself, after it has connected; this says so before, and what to do.</summary>
    /// <exception cref="BackupException">The program is too old for the server.</exception>
    public static void RequireFor(NpgsqlConnection server, ToolVersion dump)
    {
        if (dump.Major < server.PostgreSqlVersion.Major)
        {
            throw new BackupException(
                $"pg_dump {dump.Text} is older than the server ({server.PostgreSqlVersion}) and cannot dump it. "
                + $"Install PostgreSQL {server.PostgreSqlVersion.Major}'s client programs, or set POSTGRES_BIN to their folder.");
        }
    }
}
