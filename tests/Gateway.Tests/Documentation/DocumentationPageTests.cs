using Microsoft.Playwright;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary><c>/docs</c> in a real browser.</summary>
public sealed class DocumentationPageTests(DataStores stores)
{
    [Fact]
    public async Task The_page_shows_the_gateway_and_tries_a_request_within_our_own_policy()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);
        await using var chromium = await Chromium.StartAsync();

        var watched = await chromium.OpenAsync(new Uri(gateway.Url, "/docs"));
        var page = watched.Page;
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "ProdReady" }).First).ToBeVisibleAsync(Patiently);
        await page.GetByRole(AriaRole.Button, new() { Name = "Test Request" }).First.ClickAsync();
        var answer = await page.RunAndWaitForResponseAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Send" }).First.ClickAsync(),
            response => response.Request.ResourceType == "fetch" && new Uri(response.Url).AbsolutePath == "/");
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        await page.ScreenshotAsync(new() { Path = "/tmp/docs.png" });
        File.WriteAllText("/tmp/docs.txt", string.Join("\n", watched.Console) + "\n" + string.Join("\n", watched.Requests) + "\n" + await page.ContentAsync());

        Assert.Equal(200, answer.Status);
        await Assertions.Expect(page.GetByText("200 OK").First).ToBeVisibleAsync(Patiently2);
        Assert.DoesNotContain(watched.Console, line => line.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(watched.Console, line => line.StartsWith("error", StringComparison.Ordinal));
        Assert.All(watched.Requests, request => Assert.True(request.Scheme == "data" || request.Authority == gateway.Url.Authority, $"{request}"));
    }

    private static LocatorAssertionsToBeVisibleOptions Patiently => new() { Timeout = 30_000 };
    private static LocatorAssertionsToBeVisibleOptions Patiently2 => new() { Timeout = 3_000 };
}
