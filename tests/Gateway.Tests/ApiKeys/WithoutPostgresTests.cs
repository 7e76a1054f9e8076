using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.ApiKeys;

/// <summary>Postgres holds API keys and nothing else: without it, requests pass, and nothing takes the gateway out of use.</summary>
public sealed class WithoutPostgresTests(DataStores stores)
{
    private const string AdminKey = "an-admin-key-for-these-tests";

    [Fact]
    public async Task The_gateway_starts_serves_and_migrates_as_soon_as_there_is_one()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var postgres = await PostgresProcess.StartAsync();
        var connectionString = postgres.ConnectionString;
        await postgres.StopAsync();
        await using var gateway = await GatewayApp.StartAsync(
            stores,
            ("ConnectionStrings:prodready", connectionString),
            ("ConnectionStrings:prodready-direct", connectionString),
            ("ApiKeys:AdminKey", AdminKey),
            ("ReverseProxy:Clusters:upstream:Destinations:default:Address", upstream.Url));

        using (var passed = await gateway.GetAsync("/api/orders"))
        {
            Assert.Equal(HttpStatusCode.Accepted, passed.StatusCode);
        }

        Assert.Equal((HttpStatusCode.OK, """{"status":"Degraded"}"""), await ReadyAsync(gateway));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CreateKeyAsync(gateway));
        Assert.Single(gateway.Logs.All, line => line.Text.StartsWith("Starting before schema gateway is migrated; ", StringComparison.Ordinal));

        await postgres.RestartAsync();

        await Eventually.ReadAsync(() => CreateKeyAsync(gateway), status => status == HttpStatusCode.Created);
        await Eventually.ReadAsync(() => ReadyAsync(gateway), ready => ready == (HttpStatusCode.OK, """{"status":"Healthy"}"""));
    }

    private static async Task<(HttpStatusCode, string)> ReadyAsync(GatewayApp gateway)
    {
        using var ready = await gateway.GetAsync("/health/ready");
        return (ready.StatusCode, await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<HttpStatusCode> CreateKeyAsync(GatewayApp gateway)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/api-keys")
        {
            Content = JsonContent.Create(new { name = "first", scopes = (string[])["usage:read"] }),
        };
        request.Headers.Add("X-Api-Key", AdminKey);
        using var response = await gateway.SendAsync(request);
        return response.StatusCode;
    }
}
