using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Has PostgreSQL itself compare an unpacked base backup with the manifest in it, where its program for that is installed.</summary>
internal static class BaseCheck
{
    /// <summary>Compares every file's hash.</summary>
    /// <returns>What is wrong, as a sentence.</returns>
    public static async Task<string?> WhyNotAsync(
        PostgresPrograms programs, string directory, Action<string> say, CancellationToken cancellationToken)
    {
        string program;
        try
        {
            program = programs.Find(PostgresPrograms.VerifyBackup);
        }
        catch (BackupException)
        {
            // Every byte was proved already to be what pg_basebackup wrote
            say($"There is no {PostgresPrograms.VerifyBackup}; going on without it");
            return null;
        }

        say("Comparing the files with PostgreSQL's own manifest");
        await using var process = ToolProcess.Start(
            program, ["--no-parse-wal", "--quiet", directory], new Dictionary<string, string>(), cancellationToken);
        process.Input.Close();
        await process.Output.CopyToAsync(Stream.Null, cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        return exit.Succeeded ? null : exit.Error;
    }
}
