using Microsoft.Playwright;
using ProdReady.Standalone.Processes;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary>The machine's own Chromium: Playwright's would be a download from elsewhere than the package feed.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts it; skips the test where there is none.</summary>
    public static async Task<Chromium> StartAsync()
    {
        var program = Programs.Find("chromium") ?? Programs.Find("chromium-browser") ?? Programs.Find("google-chrome");
        Assert.SkipWhen(program is null, "Chromium is not installed: nothing to show the page (apt-get install chromium)");
        var playwright = await Playwright.CreateAsync();
        // No sandbox, which root cannot have
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] });
        return new(playwright, browser);
    }

    /// <summary>Opens a page, and keeps all that it says on its console and asks of any host.</summary>
    public async Task<WatchedPage> OpenAsync(Uri address)
    {
        var page = await _browser.NewPageAsync();
        var watched = new WatchedPage(page);
        await page.GotoAsync(address.AbsoluteUri);
        return watched;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
