using System.Net;
using ProdReady.Gateway.Clients;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Clients;

/// <summary>Whose word about the client's address is believed.</summary>
public sealed class ClientTests(DataStores stores)
{
    private const string Login = "/api/auth/login";

    [Fact]
    public async Task Nobody_is_believed_unless_configured_and_the_log_says_so_once()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);

        for (var call = 1; call <= 6; call++)
        {
            using var response = await gateway.GetAsync(Login, "198.51.100.1", ("X-Forwarded-For", $"192.0.2.{call}"));
            Assert.Equal(call <= 5 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.TooManyRequests, response.StatusCode);
        }

        var line = Assert.Single(gateway.Logs.Of<ClientMiddleware>());
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.StartsWith("198.51.100.1 sent X-Forwarded-For but is not a trusted proxy", line.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:10.0.0.1", "192.0.2.2", "192.0.2.2")]
    [InlineData("10.0.0.1", "203.0.113.9, 192.0.2.3, 10.0.0.2", "192.0.2.3")]
    [InlineData("10.0.0.1", "nonsense", "10.0.0.1")]
    [InlineData("10.0.0.1", "2001:db8:5:5::1", "2001:db8:5:5::/64")]
    [InlineData("198.51.100.1", "192.0.2.4", "198.51.100.1")]
    public async Task Trusted_networks_are_believed_as_far_back_as_each_hop_is_one(string peer, string forwarded, string client)
    {
        await using var gateway = await GatewayApp.StartAsync(stores, ("Clients:TrustedProxies:0", "10.0.0.0/8"));

        Assert.Equal(client, await ClientAsync(gateway, peer, forwarded));
    }

    /// <summary>IPNetwork finds IPv4 addresses that are mapped into IPv6 in networks that do not hold them.</summary>
    [Theory]
    [InlineData("192.0.2.9, ::ffff:8.8.8.8", "8.8.8.8")]
    [InlineData("192.0.2.9, ::FFFF:8.8.8.8", "8.8.8.8")]
    [InlineData("192.0.2.9, [::ffff:8.8.8.8]:4711", "8.8.8.8")]
    [InlineData("192.0.2.9, 2600:1f00::9", "192.0.2.9")]
    public async Task Mapped_hop_is_no_proxy_of_an_IPv6_network(string forwarded, string client)
    {
        await using var gateway = await GatewayApp.StartAsync(stores, ("Clients:TrustedProxies:0", "2600:1f00::/36"));

        Assert.Equal(client, await ClientAsync(gateway, "2600:1f00::1", forwarded));
    }

    [Theory]
    [InlineData("203.0.113.9, 192.0.2.3", "192.0.2.3")]
    [InlineData("192.0.2.3", "192.0.2.3")]
    public async Task By_a_count_that_many_hops_are_believed(string forwarded, string client)
    {
        await using var gateway = await GatewayApp.StartAsync(stores, ("Clients:TrustedProxyCount", "1"));

        Assert.Equal(client, await ClientAsync(gateway, "198.51.100.1", forwarded));
    }

    [Fact]
    public async Task Networks_are_allowed_denied_and_trusted_anew_while_it_runs()
    {
        await using var gateway = await GatewayApp.StartAsync(stores, ("Clients:Deny:0", "192.0.2.0/24"));
        using var denied = await gateway.GetAsync("/", "192.0.2.1");
        await denied.ProblemAsync(HttpStatusCode.Forbidden);
        Assert.NotNull(denied.Header("Content-Security-Policy"));

        gateway.Change(("Clients:Deny:0", "198.51.100.0/24"), ("Clients:TrustedProxies:0", "10.0.0.0/8"));
        using var passed = await gateway.GetAsync("/", "192.0.2.1");
        Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        using var behind = await gateway.GetAsync("/", "10.0.0.1", ("X-Forwarded-For", "198.51.100.7"));
        Assert.Equal(HttpStatusCode.Forbidden, behind.StatusCode);
    }

    [Fact]
    public void Every_wrong_setting_is_told() => Assert.Equal(
        [
            "Clients:TrustedProxies:0 is 'balancer', which is no network nor an address. Example: 10.0.0.0/8",
            "Clients:Allow:1 is '10.0.0.0/40', which is no network nor an address. Example: 10.0.0.0/8",
            "Clients:TrustedProxyCount is 11; it must be 0 to 10. Example: 1",
            "Clients:TrustedProxyCount and Clients:TrustedProxies are both set; set the networks if you know them, else the count",
            "Clients:Ipv6PrefixLength is 8; it must be 32 to 128. Example: 64",
        ],
        new ValidateClientOptions().Validate(null, new()
        {
            TrustedProxies = ["balancer"],
            Allow = ["10.0.0.0/8", "10.0.0.0/40"],
            TrustedProxyCount = 11,
            Ipv6PrefixLength = 8,
        }).Failures);

    /// <summary>Whom the limits take the caller for.</summary>
    private static async Task<string?> ClientAsync(GatewayApp gateway, string peer, string forwarded)
    {
        using var response = await gateway.GetAsync("/usage", peer, ("X-Forwarded-For", forwarded));
        var usage = await response.JsonAsync<System.Text.Json.JsonElement>();
        return usage.GetProperty("limits")[0].GetProperty("partition").GetString();
    }
}
