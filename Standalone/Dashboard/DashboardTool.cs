using System.Runtime.InteropServices;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Dashboard;

/// <summary>The Aspire CLI, which carries the dashboard. Installed from npm into the state folder, once.</summary>
internal static class DashboardTool
{
    private const string Version = "13.5.4";

    /// <summary>The CLI's path.</summary>
    /// <returns><see langword="null"/>, after a line that says why, if it cannot be had: the stack runs without it.</returns>
    public static async Task<string?> GetAsync(string stateDirectory, Action<LogLine>? output, CancellationToken cancellationToken)
    {
        var package = $"@microsoft/aspire-cli-{RuntimeInformation.RuntimeIdentifier.Split('-')[0] switch
        {
            "osx" => "osx",
            "win" => "win",
            "linux" when RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) => "linux-musl",
            _ => "linux",
        }}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        var directory = Path.Combine(stateDirectory, "npm", Version);
        var tool = Path.Combine(directory, "node_modules", package, "bin", "aspire");
        if (File.Exists(tool))
        {
            return tool;
        }

        if (Programs.Find("npm") is not { } npm)
        {
            Say("There is no npm to get the Aspire dashboard with; going on without it.");
            return null;
        }

        Say($"Getting the Aspire dashboard from npm ({package} {Version}), once.");
        Directory.CreateDirectory(directory);
        var (exitCode, text) = await Programs.RunAsync(
            new()
            {
                Name = "npm",
                FileName = npm,
                Arguments = ["install", "--no-save", "--no-package-lock", "--loglevel=error", "--prefix", directory, $"{package}@{Version}"],
                WorkingDirectory = directory,
            },
            cancellationToken);
        if (exitCode == 0 && File.Exists(tool))
        {
            return tool;
        }

        Say($"npm could not install {package} ({exitCode}); going on without the dashboard. Its last words: {text.Trim().Split('\n')[^1]}");
        return null;

        void Say(string message) => output?.Invoke(new LogLine("prodready", message));
    }
}
