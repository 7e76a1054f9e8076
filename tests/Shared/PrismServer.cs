using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>Prism serving an OpenAPI document of <c>tests/data</c>: it refuses what breaks the document, and answers with its examples.</summary>
internal sealed partial class PrismServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;

    private PrismServer(ChildProcess process, Uri baseUrl) => (_process, BaseUrl) = (process, baseUrl);

    /// <summary>Where it listens.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Starts one on a free port.</summary>
    /// <param name="document">The document's file name.</param>
    /// <returns>The server, or a sentence that says why there is none.</returns>
    public static async Task<(PrismServer? Server, string? Problem)> StartAsync(string document)
    {
        if (await NpmTools.InstallAsync() is { } problem)
        {
            return (null, problem);
        }

        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var prism = await ChildProcess.StartAsync(new()
        {
            Name = "prism",
            FileName = Programs.Find("node")!,
            // Port 0: it takes a free one, and prints it
            Arguments =
            [
                NpmTools.PathOf("@stoplight/prism-cli", "dist/index.js"), "mock", "-h", "127.0.0.1", "-p", "0",
                Path.Combine(Checkout.Directory, "tests", "data", document),
            ],
            Output = line =>
            {
                if (Address().Match(line.Text) is { Success: true } match)
                {
                    listening.TrySetResult(match.Groups["url"].Value);
                }
            },
        });
        await Task.WhenAny(listening.Task, prism.Exited, Task.Delay(StartTimeout));
        if (listening.Task.IsCompletedSuccessfully)
        {
            return (new(prism, new Uri(await listening.Task)), null);
        }

        await prism.DisposeAsync();
        return (null, $"Prism did not start: {string.Join(Environment.NewLine, prism.LastLines.TakeLast(5))}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex("listening on (?<url>http://[0-9.:]+)")]
    private static partial Regex Address();
}
