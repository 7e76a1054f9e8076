using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

/// <summary>The volumes that a stack's containers leave, where a container engine answers: a test's are of no use to the next.</summary>
internal static class StackVolumes
{
    private static readonly string[] Engines = ["docker", "podman"];

    /// <summary>Removes them as soon as no container has them any more.</summary>
    public static async Task RemoveAsync(string stateDirectory)
    {
        var (_, prefix) = await ContainerStores.OpenAsync(new(stateDirectory), CancellationToken.None);
        foreach (var engine in Engines.Select(Programs.Find).OfType<string>())
        {
            var (exitCode, output) = await RunAsync(engine, "volume", "ls", "--quiet", "--filter", $"name={prefix}");
            foreach (var volume in exitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [])
            {
                await Eventually.ReadAsync(() => RunAsync(engine, "volume", "rm", volume), removed => removed.ExitCode == 0);
            }
        }
    }

    private static Task<(int ExitCode, string Output)> RunAsync(string engine, params string[] arguments) =>
        Programs.RunAsync(new() { Name = "engine", FileName = engine, Arguments = arguments }, CancellationToken.None);
}
