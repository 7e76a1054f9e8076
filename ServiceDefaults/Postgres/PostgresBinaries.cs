using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>Finds PostgreSQL's programs (<c>initdb</c>, <c>postgres</c>, <c>pg_dump</c>, <c>pg_restore</c>) on this machine.</summary>
public sealed class PostgresBinaries
{
    private static readonly string[] InstallRoots =
        ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

    private PostgresBinaries(string directory) => Directory = directory;

    /// <summary>The folder that holds the programs.</summary>
    public string Directory { get; }

    /// <summary>The full path of one of the programs.</summary>
    public string this[string program] => Path.Combine(Directory, program);

    /// <summary>
    /// Looks in <paramref name="configured"/> (<c>POSTGRES_BIN</c>) alone if it is set, else on <c>PATH</c>, else where
    /// distributions install them, newest major version first.
    /// </summary>
    /// <param name="configured">A folder that must hold the program, or nothing to search.</param>
    /// <param name="program">The program that decides: a client machine has <c>pg_dump</c> but no <c>initdb</c>.</param>
    /// <param name="binaries">What was found.</param>
    /// <param name="error">Else a sentence that says where it looked and what to do.</param>
    public static bool TryFind(
        string? configured,
        string program,
        [NotNullWhen(true)] out PostgresBinaries? binaries,
        [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (!string.IsNullOrWhiteSpace(configured))
        {
            binaries = Holds(configured, program) ? new PostgresBinaries(Path.GetFullPath(configured)) : null;
            error = binaries is null ? $"POSTGRES_BIN is {configured}, but there is no {program} in it." : null;
            return binaries is not null;
        }

        var found = OnPath().Concat(Installed()).FirstOrDefault(directory => Holds(directory, program));
        binaries = found is null ? null : new PostgresBinaries(Resolve(found, program));
        error = found is null
            ? $"No {program} on PATH or under {InstallRoots[0]}. Install PostgreSQL 14 or newer "
              + "(Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql) or set POSTGRES_BIN to its bin folder."
            : null;
        return found is not null;
    }

    private static bool Holds(string directory, string program) => File.Exists(Path.Combine(directory, program));

    /// <summary>The folder that the program really is in: a link to one program must not hide the others beside it.</summary>
    private static string Resolve(string directory, string program) =>
        File.ResolveLinkTarget(Path.Combine(directory, program), returnFinalTarget: true) is { } target
            ? Path.GetDirectoryName(target.FullName)!
            : directory;

    private static IEnumerable<string> OnPath() =>
        // Debian's /usr/bin/pg_dump is a Perl wrapper that picks a version by cluster; the real ones are preferred
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(directory => !File.Exists(Path.Combine(directory, "pg_lsclusters")));

    private static IEnumerable<string> Installed() =>
        from root in InstallRoots
        where System.IO.Directory.Exists(root)
        from directory in System.IO.Directory.EnumerateDirectories(root)
        let name = Path.GetFileName(directory).Replace("postgresql@", "", StringComparison.Ordinal)
        let version = double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0
        where version > 0
        orderby version descending
        select Path.Combine(directory, "bin");
}
