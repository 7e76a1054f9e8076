using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary>A page in a browser, with what a person would see in its developer tools.</summary>
internal sealed class WatchedPage
{
    private readonly ConcurrentQueue<string> _console = new();
    private readonly ConcurrentQueue<Uri> _requests = new();

    public WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => _console.Enqueue($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _console.Enqueue($"exception: {error}");
        page.Request += (_, request) => _requests.Enqueue(new Uri(request.Url));
    }

    public IPage Page { get; }

    /// <summary>The lines on its console so far.</summary>
    public IReadOnlyList<string> Console => [.. _console];

    /// <summary>What it asked for so far.</summary>
    public IReadOnlyList<Uri> Requests => [.. _requests];
}
