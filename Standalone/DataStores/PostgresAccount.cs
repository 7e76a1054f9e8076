using System.Security.Cryptography;
using System.Text;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.DataStores;

/// <summary>
/// Who owns the server: the caller, or, since Postgres refuses to run as root, an unprivileged account of the machine.
/// </summary>
internal sealed class PostgresAccount
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    private PostgresAccount(string? user) => User = user;

    /// <summary>The account to switch to; <see langword="null"/> where the caller's own will do.</summary>
    public string? User { get; }

    public static PostgresAccount Choose()
    {
        if (!System.Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            return new PostgresAccount(null);
        }

        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        var user = Candidates.FirstOrDefault(accounts.Contains);
        return Programs.Find("setpriv") is not null && user is not null
            ? new PostgresAccount(user)
            : throw new StackException(
                "Postgres does not run as root, and there is no setpriv (util-linux) or no account 'postgres' or 'nobody' "
                + "to run it as. Start ./prodready as another user.");
    }

    /// <summary>
    /// Creates <paramref name="directory"/> for the account alone. A checkout below a private folder such as /root is out of
    /// reach for another account; a folder of the same checkout under /var/tmp then takes its place.
    /// </summary>
    public async Task<string> PrepareAsync(string directory, CancellationToken cancellationToken)
    {
        if (User is null)
        {
            CreatePrivate(directory);
            return directory;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(directory))!;
        Directory.CreateDirectory(parent);
        if (!await CanReachAsync(parent, cancellationToken))
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parent)))[..12];
            directory = Path.Combine("/var/tmp", $"prodready-{hash}");
        }

        CreatePrivate(directory);
        await GiveAsync(directory, cancellationToken);
        return directory;
    }

    /// <summary>Hands a file or folder over to the account.</summary>
    public async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        if (User is not null)
        {
            await RunAsync("chown", $"{User}:", path, cancellationToken);
        }
    }

    private async Task<bool> CanReachAsync(string directory, CancellationToken cancellationToken)
    {
        var (exitCode, _) = await Programs.RunAsync(
            new() { Name = "test", FileName = "test", Arguments = ["-x", directory], User = User }, cancellationToken);
        return exitCode == 0;
    }

    private static async Task RunAsync(string program, string first, string second, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Programs.RunAsync(
            new() { Name = program, FileName = program, Arguments = [first, second] }, cancellationToken);
        if (exitCode != 0)
        {
            throw new StackException($"{program} {first} {second} failed: {output.Trim()}");
        }
    }

    private static void CreatePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
