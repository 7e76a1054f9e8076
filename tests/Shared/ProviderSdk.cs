using System.Text.Json;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>The libraries that providers give to whoever receives their webhooks.</summary>
internal static class ProviderSdk
{
    /// <summary>Signs a request as a provider's own library does, by <c>sign.mjs</c>. Skips the test where the library cannot be had.</summary>
    /// <param name="input">What that script reads.</param>
    /// <returns>The headers.</returns>
    public static async Task<IReadOnlyList<(string Name, string Value)>> SignAsync(object input)
    {
        var problem = await NpmTools.InstallAsync();
        Assert.SkipWhen(problem is not null, problem ?? "");
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "node",
                FileName = Programs.Find("node")!,
                Arguments = [NpmTools.PathOf("..", "sign.mjs"), JsonSerializer.Serialize(input)],
            },
            TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
        var line = output.Split('\n').Last(line => line.StartsWith('{'));
        return [.. JsonSerializer.Deserialize<Dictionary<string, string>>(line)!.Select(header => (header.Key, header.Value))];
    }
}
