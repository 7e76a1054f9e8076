using System.Security.Cryptography;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>The programs of <c>tests/npm</c>, installed when a test first asks for them.</summary>
internal static class NpmTools
{
    /// <summary>Long enough for a slow line; whoever waits for another test process' installation waits as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static string Folder => Path.Combine(Checkout.Directory, "tests", "npm");

    /// <summary>Installs what <c>package-lock.json</c> names, unless that was done before.</summary>
    /// <returns>A sentence that says why it cannot, or <see langword="null"/>.</returns>
    public static async Task<string?> InstallAsync()
    {
        if (Programs.Find("node") is null)
        {
            return "node is not installed";
        }

        // Several test processes start together; obj is ignored by git, as node_modules is, which npm ci deletes first
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await using var exclusive = await FileLock.TakeAsync(Path.Combine(Folder, "obj", "install.lock"), timeout.Token);
            return await InstallLockedAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return $"npm ci did not end within {Patience.TotalMinutes:0} minutes";
        }
    }

    /// <summary>The full path of a file of a package.</summary>
    public static string PathOf(string package, string file) => Path.Combine(Folder, "node_modules", package, file);

    private static async Task<string?> InstallLockedAsync(CancellationToken cancellationToken)
    {
        var marker = Path.Combine(Folder, "node_modules", ".installed");
        var wanted = Convert.ToHexString(
            SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, "package-lock.json"), cancellationToken)));
        if (File.Exists(marker) && await File.ReadAllTextAsync(marker, cancellationToken) == wanted)
        {
            return null;
        }

        if (Programs.Find("npm") is not { } npm)
        {
            return "npm is not installed";
        }

        // No install scripts: the packages here need none, and one of them would report to its maker
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "npm",
                FileName = npm,
                Arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                WorkingDirectory = Folder,
            },
            cancellationToken);
        if (exitCode != 0)
        {
            var error = output.Split('\n').FirstOrDefault(line => line.StartsWith("npm error", StringComparison.Ordinal));
            return $"npm ci failed ({error?.Trim() ?? $"exit code {exitCode}"})";
        }

        await File.WriteAllTextAsync(marker, wanted, cancellationToken);
        return null;
    }
}
