using System.Net;
using ProdReady.Gateway.Proxy.Reloading;
using ProdReady.Testing;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.Tests.Proxy.Reloading;

public sealed class RouteTwinsTests(DataStores stores)
{
    private static readonly RouteConfig First = Route("first", new() { Path = "/a/{**rest}", Methods = ["GET", "POST"] });

    public static TheoryData<string, bool> Others => new()
    {
        { "/a/{**rest}|GET,POST", true },
        { "/A/{**all}/|post,get", true },
        { "/a/{*rest}|GET,POST", false },
        { "/a/{rest}|GET,POST", false },
        { "/a/{**rest}|GET", false },
        { "/b/{**rest}|GET,POST", false },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Routes_for_the_same_requests_are_told(string match, bool isTwin)
    {
        var parts = match.Split('|');

        var failures = RouteTwins.Find([First, Route("other", new() { Path = parts[0], Methods = parts[1].Split(',') })]);

        Assert.Equal(
            isTwin
                ? ["ReverseProxy:Routes:other matches what ReverseProxy:Routes:first matches; give one of them another Path, Methods, Hosts or Order"]
                : Array.Empty<string>(),
            failures);
    }

    [Fact]
    public void Order_hosts_headers_and_queries_tell_routes_apart() => Assert.Empty(RouteTwins.Find(
    [
        First,
        First with { RouteId = "order", Order = 1 },
        First with { RouteId = "host", Match = First.Match with { Hosts = ["a.example"] } },
        First with { RouteId = "header", Match = First.Match with { Headers = [new() { Name = "X-A", Values = ["1"] }] } },
        First with { RouteId = "query", Match = First.Match with { QueryParameters = [new() { Name = "a", Values = ["1"] }] } },
    ]));

    [Fact]
    public async Task They_are_refused_while_the_gateway_runs_and_it_goes_on_as_before()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(
            stores, ("ReverseProxy:Clusters:upstream:Destinations:default:Address", upstream.Url));

        gateway.Change(
            ("ReverseProxy:Routes:twin:ClusterId", "upstream"),
            ("ReverseProxy:Routes:twin:Match:Path", "/api/{**anything}"));

        using var response = await gateway.GetAsync("/api/orders");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var line = Assert.Single(gateway.Logs.Of<Gateway.LiveSettings.LiveSettingsReload>());
        Assert.Contains("ReverseProxy:Routes:twin matches what ReverseProxy:Routes:api matches", line.Text, StringComparison.Ordinal);
    }

    private static RouteConfig Route(string id, RouteMatch match) => new() { RouteId = id, ClusterId = "upstream", Match = match };
}
