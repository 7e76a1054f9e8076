using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.DataStores;

/// <summary>Finds PostgreSQL's programs, and installs them where that needs no question: Debian-like, and root.</summary>
internal static class PostgresInstaller
{
    /// <summary>Test processes start together; apt-get runs in one of them.</summary>
    private static readonly string LockFile = Path.Combine(Path.GetTempPath(), "prodready-apt.lock");

    public static async Task<PostgresBinaries> FindOrInstallAsync(
        string? configured, Action<LogLine>? output, CancellationToken cancellationToken)
    {
        if (PostgresBinaries.TryFind(configured, "initdb", out var binaries, out var error))
        {
            return binaries;
        }

        if (!string.IsNullOrWhiteSpace(configured) || !Environment.IsPrivilegedProcess || Programs.Find("apt-get") is not { } apt)
        {
            throw new StackException(error);
        }

        await using var turn = await FileLock.TakeAsync(LockFile, cancellationToken);
        if (PostgresBinaries.TryFind(configured, "initdb", out binaries, out _))
        {
            return binaries;
        }

        output?.Invoke(new LogLine("prodready", "PostgreSQL is missing; installing it with apt-get"));
        await AptAsync(apt, ["update", "-q"], output, cancellationToken);
        await AptAsync(apt, ["install", "-q", "-y", "--no-install-recommends", "postgresql-common"], output, cancellationToken);
        // Else the package would start a cluster of its own on port 5432
        const string Configuration = "/etc/postgresql-common/createcluster.conf";
        var settings = File.Exists(Configuration) ? await File.ReadAllTextAsync(Configuration, cancellationToken) : "";
        await File.WriteAllTextAsync(Configuration, settings + "\ncreate_main_cluster = false\n", cancellationToken);
        await AptAsync(apt, ["install", "-q", "-y", "--no-install-recommends", "postgresql"], output, cancellationToken);

        return PostgresBinaries.TryFind(configured, "initdb", out binaries, out error) ? binaries : throw new StackException(error);
    }

    private static async Task AptAsync(
        string apt, string[] arguments, Action<LogLine>? output, CancellationToken cancellationToken)
    {
        var (exitCode, text) = await Programs.RunAsync(
            new()
            {
                Name = "apt-get",
                FileName = apt,
                Arguments = arguments,
                Environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" },
                Output = output,
            },
            cancellationToken);
        if (exitCode != 0)
        {
            throw new StackException(
                $"apt-get {arguments[0]} failed ({exitCode}), so PostgreSQL is still missing. Install it by hand, or set POSTGRES_BIN. "
                + $"Its last words: {text.TrimEnd().Split('\n')[^1]}");
        }
    }
}
