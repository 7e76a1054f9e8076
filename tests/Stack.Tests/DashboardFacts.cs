using System.Text.Json;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

/// <summary>The dashboard gets every service's telemetry.</summary>
public sealed class DashboardFacts
{
    private static readonly string[] Services = ["backups", "gateway", "notifications", "webhooks"];

    [Fact]
    public async Task The_dashboard_knows_every_service()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It downloads the dashboard; run it with --long");
        Assert.SkipWhen(Programs.Find("npm") is null, "The dashboard comes from npm, which is not installed");
        var state = Path.Combine(Path.GetTempPath(), $"prodready-dashboard-{Guid.NewGuid():N}");
        await using (var stack = await StandaloneStack.StartAsync(
            new() { StateDirectory = state, Durable = false, Dashboard = true }, TestContext.Current.CancellationToken))
        {
            using var http = new HttpClient { BaseAddress = new Uri(stack.Description.Dashboard!.Url) };

            var resources = await Eventually.ReadAsync(
                () => http.GetFromJsonAsync<JsonElement>("/api/telemetry/resources", TestContext.Current.CancellationToken),
                resources => Names(resources).SequenceEqual(Services));

            Assert.All(resources.EnumerateArray(), resource => Assert.True(resource.GetProperty("hasLogs").GetBoolean()));
        }

        Directory.Delete(state, recursive: true);
    }

    private static IEnumerable<string?> Names(JsonElement resources) =>
        resources.EnumerateArray().Select(resource => resource.GetProperty("name").GetString()).Order(StringComparer.Ordinal);
}
