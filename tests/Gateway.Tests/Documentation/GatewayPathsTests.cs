using ProdReady.Gateway.Documentation;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary>Where the gateway serves what a service has at a path of its own.</summary>
public sealed class GatewayPathsTests(DataStores stores)
{
    private const string Routes = "ReverseProxy:Routes";

    [Theory]
    [InlineData("webhooks", "/webhooks/{source}", "post", "/webhooks/{source}")]
    [InlineData("webhooks", "/internal/{id}", "get", null)]
    [InlineData("notifications", "/webhooks/{source}", "get", null)]
    [InlineData("nobody", "/webhooks/{source}", "get", null)]
    // PathRemovePrefix /shop
    [InlineData("shop", "/orders/{id}", "get", "/shop/orders/{id}")]
    // PathPrefix /v2
    [InlineData("carts", "/v2/carts/{id}", "get", "/carts/{id}")]
    [InlineData("carts", "/v1/carts/{id}", "get", null)]
    // PathPattern /internal/{**rest}
    [InlineData("stock", "/internal/items/{id}", "get", "/stock/items/{id}")]
    [InlineData("stock", "/items/{id}", "get", null)]
    // Only GET, and what is more specific is another cluster's
    [InlineData("read", "/read/all", "get", "/read/all")]
    [InlineData("read", "/read/all", "post", null)]
    [InlineData("read", "/read/special/one", "get", null)]
    public async Task A_path_is_found_by_the_routes_that_lead_to_it(string cluster, string path, string method, string? expected)
    {
        await using var gateway = await GatewayApp.StartAsync(
            stores,
            [
                .. Route("shop", "/shop/{**path}", ("Transforms:0:PathRemovePrefix", "/shop")),
                .. Route("carts", "/carts/{**path}", ("Transforms:0:PathPrefix", "/v2")),
                .. Route("stock", "/stock/{**rest}", ("Transforms:0:PathPattern", "/internal/{**rest}")),
                .. Route("read", "/read/{**path}", ("Match:Methods:0", "GET")),
                .. Route("special", "/read/special/{**path}"),
            ]);

        Assert.Equal(expected, gateway.Services.GetRequiredService<GatewayPaths>().Find(cluster, path, method));
    }

    private static (string, string?)[] Route(string name, string path, params (string Key, string? Value)[] further) =>
    [
        ($"{Routes}:{name}:ClusterId", name),
        ($"{Routes}:{name}:Match:Path", path),
        ($"ReverseProxy:Clusters:{name}:Destinations:default:Address", "http://127.0.0.1:1"),
        .. further.Select(setting => ($"{Routes}:{name}:{setting.Key}", setting.Value)),
    ];
}
