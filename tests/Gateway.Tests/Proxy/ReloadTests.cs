using System.Net;
using System.Text.Json;
using ProdReady.Gateway.LiveSettings;
using ProdReady.Gateway.Proxy.Reloading;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A settings file that changes while the gateway runs.</summary>
public sealed class ReloadTests(DataStores stores) : IAsyncLifetime
{
    private const string Refused = "reloads{outcome=refused}";
    private const string Applied = "reloads{outcome=applied}";
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"prodready-{Guid.NewGuid():N}.json");
    private Upstream _upstream = null!;
    private GatewayApp _gateway = null!;
    private MeterCounts _counts = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        await WriteAsync(Routes(("first", "/first/{**path}")));
        _gateway = await GatewayApp.StartAsync(
            stores,
            host => host.ConfigureAppConfiguration(configuration => configuration.AddJsonFile(source =>
            {
                source.Path = _file;
                source.ReloadOnChange = true;
                source.ResolveFileProvider();
            })),
            ("ReverseProxy:Clusters:upstream:Destinations:default:Address", _upstream.Url));
        _counts = _gateway.Counts();
    }

    public async ValueTask DisposeAsync()
    {
        _counts.Dispose();
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task A_new_route_is_served_without_a_restart_and_an_old_one_no_more()
    {
        await ChangeAsync(Routes(("second", "/second/{**path}")));

        await EventuallyAsync("/second/a", HttpStatusCode.Accepted);
        await EventuallyAsync("/first/a", HttpStatusCode.NotFound);
        await CountsAsync(applied: 1, refused: 0);
    }

    [Fact]
    public async Task One_wrong_value_keeps_all_of_the_new_configuration_out()
    {
        await ChangeAsync(
            """
            {"ReverseProxy":{
              "Routes":{
                "second":{"ClusterId":"upstream","Match":{"Path":"/second/{**path}"}},
                "third":{"ClusterId":"nowhere","Match":{"Path":"/third"},"CorsPolicy":"unknown"},
                "fourth":{"ClusterId":"upstream"}},
              "Clusters":{"other":{"LoadBalancingPolicy":"Best","Destinations":{"a":{"Address":"localhost:3000"}}}}}}
            """);

        var line = await SingleErrorAsync();
        Assert.Contains("ReverseProxy:Routes:third:ClusterId is 'nowhere', but there is no ReverseProxy:Clusters:nowhere. There are: ", line);
        Assert.Contains("ReverseProxy:Routes:third: CORS policy 'unknown' not found", line);
        Assert.Contains("ReverseProxy:Routes:fourth: Route 'fourth' requires Hosts or Path", line);
        Assert.Contains("ReverseProxy:Clusters:other: No matching ILoadBalancingPolicy found for the load balancing policy 'Best'", line);
        Assert.Contains("ReverseProxy:Clusters:other:Destinations:a:Address is 'localhost:3000', which is not an http or https URL", line);
        await EventuallyAsync("/first/a", HttpStatusCode.Accepted);
        await EventuallyAsync("/second/a", HttpStatusCode.NotFound);
        await CountsAsync(applied: 0, refused: 1);
    }

    /// <summary>Two files that change at a time, of which the second is wrong.</summary>
    [Fact]
    public void What_holds_is_what_was_checked_whatever_changes_in_between()
    {
        var section = _gateway.Services.GetServices<ILiveSection>().OfType<ProxySection>().Single();
        var accepted = _gateway.Services.GetRequiredService<AcceptedConfiguration>();

        Assert.Empty(section.Read(out var apply));
        _gateway.Change(("ReverseProxy:Routes:wrong:ClusterId", "nowhere"));
        apply();

        Assert.Null(accepted.Root["ReverseProxy:Routes:wrong:ClusterId"]);
    }

    [Fact]
    public async Task Values_that_cannot_be_read_are_all_named()
    {
        await ChangeAsync(
            """
            {"ReverseProxy":{"Routes":{
                "first":{"ClusterId":"upstream","Match":{"Path":"/first/{**path}"},"Order":"soon"},
                "second":{"ClusterId":"upstream","Match":{"Path":"/second"},"MaxRequestBodySize":"much"}}}}
            """);

        var line = await SingleErrorAsync();
        Assert.Contains("ReverseProxy:Routes:first has a value that cannot be read: The input string 'soon'", line);
        Assert.Contains("ReverseProxy:Routes:second has a value that cannot be read: The input string 'much'", line);
        await EventuallyAsync("/first/a", HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_is_refused_and_the_corrected_one_accepted()
    {
        await ChangeAsync("{\"ReverseProxy\":{");

        Assert.Contains(_file, await SingleErrorAsync());
        await EventuallyAsync("/first/a", HttpStatusCode.Accepted);

        await ChangeAsync(Routes(("first", "/first/{**path}"), ("second", "/second/{**path}")));

        await EventuallyAsync("/second/a", HttpStatusCode.Accepted);
        await CountsAsync(applied: 1, refused: 1);
    }

    [Fact]
    public async Task A_refused_change_is_told_once_however_often_it_is_seen()
    {
        await ChangeAsync(Routes(("second", "no-slash{")));
        await SingleErrorAsync();

        ((IConfigurationRoot)_gateway.Services.GetRequiredService<IConfiguration>()).Reload();
        ((IConfigurationRoot)_gateway.Services.GetRequiredService<IConfiguration>()).Reload();

        await SingleErrorAsync();
        Assert.Equal(1, _counts[Refused]);
    }

    private static string Routes(params (string Name, string Path)[] routes) => JsonSerializer.Serialize(new
    {
        ReverseProxy = new
        {
            Routes = routes.ToDictionary(
                route => route.Name, route => new { ClusterId = "upstream", Match = new { route.Path } }),
        },
    });

    private Task WriteAsync(string json) => File.WriteAllTextAsync(_file, json, TestContext.Current.CancellationToken);

    // As an orchestrator mounts a new version: in one step
    private async Task ChangeAsync(string json)
    {
        await File.WriteAllTextAsync(_file + ".new", json, TestContext.Current.CancellationToken);
        File.Move(_file + ".new", _file, overwrite: true);
    }

    private async Task CountsAsync(int applied, int refused) => await Eventually.ReadAsync(
        () => Task.FromResult((_counts[Applied], _counts[Refused])), counts => counts == (applied, refused));

    private async Task<string> SingleErrorAsync() => Assert.Single(await Eventually.ReadAsync(
        () => Task.FromResult(_gateway.Logs.Of<LiveSettingsReload>().Where(line => line.Level == LogLevel.Error).ToArray()),
        lines => lines.Length > 0)).Text;

    private async Task EventuallyAsync(string path, HttpStatusCode expected) => await Eventually.ReadAsync(
        async () =>
        {
            using var response = await _gateway.GetAsync(path);
            return response.StatusCode;
        },
        status => status == expected);
}
