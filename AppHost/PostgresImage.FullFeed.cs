using System.Globalization;
using System.Text.RegularExpressions;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.Processes;

namespace ProdReady.AppHost;

/// <summary>Which of PostgreSQL's official images runs as a container.</summary>
internal static partial class PostgresImage
{
    /// <summary>The one that BackupWorker's image is made on (deploy/Images.props), so that a deployment has one PostgreSQL.</summary>
    public const string Newest = "18.6";

    public const int NewestMajor = 18;

    private const int OldestMajor = 14;

    /// <summary>
    /// The major version to run: pg_dump refuses a server that is newer than itself, and BackupWorker runs this machine's. Where there is none, the
    /// newest, and backups say what to install.
    /// </summary>
    public static async Task<int> MajorAsync() =>
        PostgresBinaries.TryFind(Environment.GetEnvironmentVariable("POSTGRES_BIN"), "pg_dump", out var binaries, out _)
            ? MajorFor((await Programs.RunAsync(
                new() { Name = "pg_dump", FileName = binaries["pg_dump"], Arguments = ["--version"] }, CancellationToken.None)).Output)
            : NewestMajor;

    /// <summary>The image's tag for a major version.</summary>
    public static string Tag(int major) => major == NewestMajor ? Newest : $"{major}";

    /// <summary>The major version to run for a pg_dump.</summary>
    /// <param name="version">What <c>pg_dump --version</c> says.</param>
    internal static int MajorFor(string version) =>
        Version().Match(version) is { Success: true } match
        && int.Parse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture) is >= OldestMajor and < NewestMajor and var major
            ? major
            : NewestMajor;

    [GeneratedRegex(@"\(PostgreSQL\) ([0-9]{1,3})")]
    private static partial Regex Version();
}
