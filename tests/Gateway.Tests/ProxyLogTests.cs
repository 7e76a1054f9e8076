using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests;

/// <summary>What the gateway's own process prints about requests that it proxies, with every logger open.</summary>
public sealed class ProxyLogTests(DataStores stores)
{
    private const string Secret = "s3cr3tValue98765";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, HttpStatusCode.Accepted)]
    [InlineData(false, HttpStatusCode.BadGateway)]
    public async Task A_secret_in_a_proxied_url_is_in_no_line(bool upstreamIsUp, HttpStatusCode expected)
    {
        await using var upstream = await Upstream.StartAsync();
        await using var port = PortLease.Take();
        var lines = new ConcurrentQueue<string>();
        await using var gateway = await StartAsync(port, upstreamIsUp ? upstream.Url : "http://127.0.0.1:1", lines);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.Port}") };
        await Eventually.ReadAsync(() => IsUpAsync(client, gateway), up => up);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/orders?token={Secret}&q={Secret}&to=%2B2348031234567");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Secret}");
        request.Headers.TryAddWithoutValidation("Cookie", $"session={Secret}");
        request.Headers.Add("X-Correlation-ID", "the-request");
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        await Eventually.ReadAsync(
            () => Task.FromResult(lines.ToList()),
            all => all.Exists(line => Has(line, "route", "/api/{**path}")) && all.Exists(IsOfTheForwarder));
        // The last lines come with the end
        await gateway.StopAsync(TimeSpan.FromSeconds(10));
        Assert.All(lines, line => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain("8031234", line, StringComparison.Ordinal));
    }

    private static bool IsOfTheForwarder(string line) =>
        Has(line, "category", "Yarp.ReverseProxy.Forwarder.HttpForwarder") && Has(line, "correlationId", "the-request");

    private static bool Has(string line, string name, string value) =>
        line.StartsWith('{') && JsonDocument.Parse(line).RootElement.TryGetProperty(name, out var found)
        && found.ValueKind == JsonValueKind.String && found.GetString() == value;

    private static async Task<bool> IsUpAsync(HttpClient client, ChildProcess gateway)
    {
        Assert.False(gateway.Exited.IsCompleted, string.Join('\n', gateway.LastLines));
        try
        {
            using var response = await client.GetAsync("/health/live", Cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<ChildProcess> StartAsync(PortLease port, string upstream, ConcurrentQueue<string> lines) =>
        await ChildProcess.StartAsync(new()
        {
            Name = "gateway",
            FileName = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, "Gateway.dll")],
            Output = line => lines.Enqueue(line.Text),
            // Its appsettings.json
            WorkingDirectory = Path.Combine(Checkout.Directory, "Gateway"),
            Environment = new Dictionary<string, string?>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port.Port}",
                ["ConnectionStrings__prodready"] = (await stores.SharedDatabaseAsync()).ConnectionString,
                ["ConnectionStrings__redis"] = stores.RedisConnectionString,
                ["RateLimiting__KeyPrefix"] = DataStores.CreateRedisPrefix(),
                ["RateLimiting__Timeout"] = "00:00:05",
                ["UPSTREAM_URL"] = upstream,
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
                ["Logging__LogLevel__System.Net.Http.HttpClient"] = "Trace",
                ["Logging__LogLevel__Yarp"] = "Trace",
                ["Logging__LogLevel__Npgsql"] = "Trace",
            },
        });
}
