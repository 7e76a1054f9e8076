using System.Diagnostics.CodeAnalysis;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>Finds pg_dump, pg_dumpall and pg_restore, anew for each run: a package upgrade moves them while we run.</summary>
internal sealed class PostgresPrograms(IConfiguration configuration)
{
    public const string Dump = "pg_dump";
    public const string DumpAll = "pg_dumpall";
    public const string Restore = "pg_restore";
    public const string BaseBackup = "pg_basebackup";
    public const string ReceiveWal = "pg_receivewal";
    public const string VerifyBackup = "pg_verifybackup";
    public const string Server = "postgres";

    /// <summary>Looks for all of them in one folder.</summary>
    /// <returns><see langword="false"/> with a sentence that says what to do.</returns>
    public bool TryFind([NotNullWhen(true)] out PostgresBinaries? binaries, [NotNullWhen(false)] out string? error)
    {
        if (!PostgresBinaries.TryFind(configuration["Postgres:Bin"], Dump, out binaries, out error))
        {
            return false;
        }

        var found = binaries;
        if (Array.Find([DumpAll, Restore], program => !File.Exists(found[program])) is not { } missing)
        {
            return true;
        }

        error = $"{binaries.Directory} holds {Dump} but no {missing}. Set POSTGRES_BIN to a folder that holds both.";
        binaries = null;
        return false;
    }

    /// <summary>Finds them.</summary>
    /// <exception cref="BackupException">They are not there.</exception>
    public PostgresBinaries Find() =>
        TryFind(out var binaries, out var error) ? binaries : throw new BackupException(error);

    /// <summary>Finds one of those that not every run needs.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="BackupException">It is not there.</exception>
    public string Find(string program) =>
        PostgresBinaries.TryFind(configuration["Postgres:Bin"], program, out var binaries, out var error)
            ? binaries[program]
            : throw new BackupException(error);

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

    /// <summary>Asks for the version of a program that refuses a server newer than itself, after it has connected; this says so before, and what to do.</summary>
    /// <exception cref="BackupException">It does not run, or is too old for the server.</exception>
    public static async Task<ToolVersion> VersionForAsync(Version server, string path, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(path, cancellationToken);
        return version.Major >= server.Major
            ? version
            : throw new BackupException(
                $"{Path.GetFileNameWithoutExtension(path)} {version.Text} is older than the server ({server}) and refuses it. "
                + $"Install PostgreSQL {server.Major}'s client programs, or set POSTGRES_BIN to their folder.");
    }
}
