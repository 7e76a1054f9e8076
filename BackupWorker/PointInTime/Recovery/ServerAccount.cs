using System.Diagnostics;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Whose the restored server is: PostgreSQL does not run as root.</summary>
/// <param name="Owner">The account as <c>uid:gid</c>, if it is not our own.</param>
internal sealed record ServerAccount(string? Owner)
{
    private const string Switch = "/usr/bin/setpriv";

    /// <summary>What a program is started with, to run as the account.</summary>
    public IReadOnlyList<string> Wrapper => Owner?.Split(':') is [var user, var group]
        ? [Switch, $"--reuid={user}", $"--regid={group}", "--clear-groups", "--"]
        : [];

    /// <summary>Finds the account.</summary>
    /// <param name="directory">The directory that exists: the one to build, or the one that is to hold it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BackupException">There is none that PostgreSQL would run as.</exception>
    public static async Task<ServerAccount> OfAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new((string?)null);
        }

        var owner = await RunAsync("stat", ["--dereference", "--format=%u:%g", directory], cancellationToken);
        if (owner.StartsWith("0:", StringComparison.Ordinal))
        {
            throw new BackupException(
                $"PostgreSQL does not run as root, and {directory} belongs to root. Restore into a directory whose parent belongs to the account "
                + "that the server is to have (install -d -o postgres -g postgres -m 700 DIRECTORY), or run this as that account.");
        }

        return File.Exists(Switch)
            ? new(owner)
            : throw new BackupException($"PostgreSQL does not run as root, and there is no {Switch} to run it as another account. Run this as that account.");
    }

    /// <summary>Gives the account a directory and all that is in it.</summary>
    public async Task OwnAsync(string directory, CancellationToken cancellationToken)
    {
        if (Owner is { } owner)
        {
            await RunAsync("chown", ["--recursive", owner, directory], cancellationToken);
        }
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output.Trim() : throw new BackupException($"{program} failed with exit code {process.ExitCode}.");
    }
}
