using ProdReady.Gateway.Proxy.Paths;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Another spelling of a path does not pass by the route it is meant for.</summary>
public sealed class PlainPathTests(DataStores stores) : ProxyTest(stores)
{
    [Theory]
    [InlineData("/test/strict/login", null)]
    [InlineData("/", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("//", "/")]
    [InlineData("/test//strict///login/", "/test/strict/login/")]
    [InlineData("/test/strict;v=1/login;a;b", "/test/strict/login")]
    [InlineData("/test/a\\b", null)]
    [InlineData("/test/a%2Fb", null)]
    public void The_plain_path_is_what_servers_take_it_for(string? path, string? plain) =>
        Assert.Equal((plain, false), (PlainPath.Of(path, out var isAmbiguous), isAmbiguous));

    [Theory]
    [InlineData("/test/;x/strict")]
    [InlineData("/test/public/..;/strict")]
    [InlineData("/test/.;v=1/strict")]
    [InlineData("/;")]
    public async Task What_is_another_path_for_some_servers_is_refused(string path)
    {
        var gateway = await GatewayAsync([(await ServeAsync("in")).Url]);

        using var response = await gateway.GetAsync(path);

        await response.ProblemAsync(System.Net.HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/admin//api-keys")]
    [InlineData("/admin;x/api-keys")]
    [InlineData("/health//live")]
    public async Task The_gateways_own_endpoints_have_one_spelling(string path)
    {
        var gateway = await GatewayAsync([(await ServeAsync("in")).Url]);

        using var response = await gateway.GetAsync(path);

        await response.ProblemAsync(System.Net.HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/test/strict/login", "strict")]
    [InlineData("/test//strict/login", "strict")]
    [InlineData("/test/strict//login", "strict")]
    [InlineData("/test/strict;v=1/login", "strict")]
    [InlineData("/test//strict;/login", "strict")]
    [InlineData("/TEST//STRICT/login", "strict")]
    [InlineData("/test/other//strict", "wide")]
    public async Task The_route_is_found_by_the_plain_path_and_the_upstream_gets_it_as_it_came(string path, string route)
    {
        var upstream = await ServeAsync(context => context.Response.WriteAsync(context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget));
        var gateway = await GatewayAsync(
            [upstream.Url],
            ($"{Route}:Transforms:0:ResponseHeader", "X-Route"),
            ($"{Route}:Transforms:0:Set", "wide"),
            ("ReverseProxy:Routes:strict:ClusterId", "test"),
            ("ReverseProxy:Routes:strict:Match:Path", "/test/strict/{**path}"),
            ("ReverseProxy:Routes:strict:Transforms:0:ResponseHeader", "X-Route"),
            ("ReverseProxy:Routes:strict:Transforms:0:Set", "strict"));

        using var response = await gateway.GetAsync(path);

        Assert.Equal((route, path), (response.Header("X-Route"), await TextAsync(response)));
    }
}
