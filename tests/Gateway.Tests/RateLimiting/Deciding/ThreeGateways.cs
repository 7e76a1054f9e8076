using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>The limiters of three gateways that share their counts.</summary>
public abstract class ThreeGateways(DataStores stores) : IAsyncLifetime
{
    private protected LimiterNode[] Nodes { get; private set; } = [];

    public async ValueTask InitializeAsync() => Nodes = await LimiterNode.StartAsync(count: 3, stores.RedisConnectionString);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
