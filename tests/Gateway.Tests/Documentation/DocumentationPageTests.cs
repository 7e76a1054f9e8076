using Microsoft.Playwright;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary><c>/docs</c> in a real browser.</summary>
public sealed class DocumentationPageTests(DataStores stores)
{
    [Fact]
    public async Task The_page_shows_the_gateway_and_tries_a_request_within_our_own_policy()
    {
        await using var chromium = await Chromium.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(stores);

        var watched = await chromium.OpenAsync(new Uri(gateway.Url, "/docs"));
        var page = watched.Page;
        await SeenAsync(page.GetByRole(AriaRole.Heading, new() { Name = "ProdReady" }));
        await SeenAsync(page.GetByText("/admin/api-keys"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Test Request" }).First.ClickAsync();
        var answer = await page.RunAndWaitForResponseAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Send" }).First.ClickAsync(),
            response => response.Request.ResourceType == "fetch" && new Uri(response.Url).AbsolutePath == "/");

        Assert.Equal(200, answer.Status);
        await SeenAsync(page.GetByText("200 OK"));
        await SeenAsync(page.GetByText("\"/health/ready\""));
        // A violation is an error on the console; a host other than ours would be one, too
        Assert.DoesNotContain(watched.Console, line => line.StartsWith("error", StringComparison.Ordinal));
        Assert.DoesNotContain(watched.Console, line => line.StartsWith("exception", StringComparison.Ordinal));
        Assert.DoesNotContain(watched.Console, line => line.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase));
        Assert.All(watched.Requests, request =>
            Assert.True(request.Scheme == "data" || request.Authority == gateway.Url.Authority, $"The page asked for {request}"));
    }

    [Fact]
    public async Task A_script_without_the_nonce_does_not_run()
    {
        await using var chromium = await Chromium.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(stores);
        var watched = await chromium.OpenAsync(new Uri(gateway.Url, "/docs"));

        await watched.Page.EvaluateAsync(
            "() => { const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.body.append(script); }");

        Assert.False(await watched.Page.EvaluateAsync<bool>("() => window.ran === true"));
        await Eventually.ReadAsync(
            () => Task.FromResult(watched.Console),
            lines => lines.Any(line => line.StartsWith("error", StringComparison.Ordinal)
                && line.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase)));
    }

    private static Task SeenAsync(ILocator what) => Assertions.Expect(what.First).ToBeVisibleAsync(new() { Timeout = 30_000 });
}
