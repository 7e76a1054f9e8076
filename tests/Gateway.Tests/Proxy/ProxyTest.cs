using System.Net;
using System.Net.Sockets;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Gateways with a route <c>/test</c> to a cluster of servers of the test's own.</summary>
public abstract class ProxyTest(DataStores stores) : IAsyncLifetime
{
    protected const string Route = "ReverseProxy:Routes:test";
    protected const string Cluster = "ReverseProxy:Clusters:test";
    private readonly List<IAsyncDisposable> _owned = [];

    protected DataStores Stores => stores;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_owned))
        {
            await one.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Nothing listens there, and nothing will for a while.</summary>
    protected static string NoServer()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
    }

    private protected T Own<T>(T one)
        where T : IAsyncDisposable
    {
        _owned.Add(one);
        return one;
    }

    private protected async Task<LiveServer> ServeAsync(RequestDelegate handler) => Own(await LiveServer.StartAsync(handler));

    private protected Task<LiveServer> ServeAsync(string name) => ServeAsync(context => context.Response.WriteAsync(name));

    /// <summary>A gateway in front of the destinations <c>a</c>, <c>b</c> and so on.</summary>
    private protected Task<GatewayApp> GatewayAsync(string[] destinations, params (string Key, string? Value)[] settings) =>
        GatewayAsync(null, destinations, settings);

    private protected async Task<GatewayApp> GatewayAsync(
        Action<IWebHostBuilder>? configure, string[] destinations, params (string Key, string? Value)[] settings) =>
        Own(await GatewayApp.StartAsync(
            stores,
            configure,
            [
                ($"{Route}:ClusterId", "test"),
                ($"{Route}:Match:Path", "/test/{**path}"),
                ($"{Cluster}:LoadBalancingPolicy", "RoundRobin"),
                .. destinations.Select((url, index) => ($"{Cluster}:Destinations:{(char)('a' + index)}:Address", (string?)url)),
                .. settings,
            ]));

    protected static async Task<string> TextAsync(HttpResponseMessage response) =>
        await response.Content.ReadAsStringAsync(Cancellation);
}
