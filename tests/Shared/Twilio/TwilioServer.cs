using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>
/// A Twilio that refuses what breaks Twilio's own OpenAPI document: Prism serving that document, or, where node or npm is
/// missing, <see cref="TwilioFake"/>. Prism answers with the document's examples, always the same SIDs.
/// </summary>
public sealed partial class TwilioServer : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private ChildProcess? _prism;
    private TwilioFake? _fake;

    /// <summary>For <c>TWILIO_BASE_URL</c>.</summary>
    public Uri BaseUrl { get; private set; } = new("about:blank");

    /// <summary>Which of the two it is, and why.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Whether it is Prism.</summary>
    public bool IsPrism => _prism is not null;

    public async ValueTask InitializeAsync()
    {
        var problem = await NpmTools.InstallAsync() ?? await StartPrismAsync();
        if (problem is not null)
        {
            _fake = await TwilioFake.StartAsync();
            BaseUrl = _fake.BaseUrl;
        }

        Description = problem is null
            ? $"Twilio is Prism with Twilio's document, at {BaseUrl}"
            : $"Twilio is our fake, at {BaseUrl}, because {problem}";
        Console.WriteLine(Description);
    }

    public async ValueTask DisposeAsync()
    {
        if (_prism is not null)
        {
            await _prism.DisposeAsync();
        }

        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }
    }

    private async Task<string?> StartPrismAsync()
    {
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var document = Path.Combine(Checkout.Directory, "tests", "data", "twilio_api_v2010.messages.json");
        var prism = await ChildProcess.StartAsync(new()
        {
            Name = "prism",
            FileName = Programs.Find("node")!,
            // Port 0: it takes a free one, and prints it
            Arguments = [NpmTools.PathOf("@stoplight/prism-cli", "dist/index.js"), "mock", "-h", "127.0.0.1", "-p", "0", document],
            Output = line =>
            {
                if (Address().Match(line.Text) is { Success: true } match)
                {
                    listening.TrySetResult(match.Groups["url"].Value);
                }
            },
        });
        await Task.WhenAny(listening.Task, prism.Exited, Task.Delay(StartTimeout));
        if (!listening.Task.IsCompletedSuccessfully)
        {
            await prism.DisposeAsync();
            return $"Prism did not start: {string.Join(Environment.NewLine, prism.LastLines.TakeLast(5))}";
        }

        _prism = prism;
        BaseUrl = new Uri(await listening.Task);
        return null;
    }

    [GeneratedRegex("listening on (?<url>http://[0-9.:]+)")]
    private static partial Regex Address();
}
