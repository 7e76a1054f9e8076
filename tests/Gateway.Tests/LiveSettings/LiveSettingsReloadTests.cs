using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.TestHost;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.LiveSettings;

/// <summary>How changes of the configuration are counted.</summary>
public sealed class LiveSettingsReloadTests(DataStores stores)
{
    private const string Applied = "reloads{outcome=applied}";
    private const string Refused = "reloads{outcome=refused}";

    [Fact]
    public async Task A_change_is_counted_once_in_whatever_sections_it_is_and_however_often_it_is_told()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);
        using var counts = gateway.Counts();

        gateway.Change(
            ("RateLimiting:Policies:auth:Limit", "8"), ("Clients:Deny:0", "192.0.2.0/24"), ("Proxy:Retries:MaxRetries", "1"));
        Tell(gateway);
        Assert.Equal((1, 0), (counts[Applied], counts[Refused]));

        gateway.Change(
            ("RateLimiting:Policies:auth:Limit", "0"), ("Clients:Deny:0", "everybody"), ("Proxy:Retries:MaxRetries", "9"));
        Tell(gateway);
        Assert.Equal((1, 1), (counts[Applied], counts[Refused]));

        // Back to what holds is a change too: the operator has put it right
        gateway.Change(
            ("RateLimiting:Policies:auth:Limit", "8"), ("Clients:Deny:0", "192.0.2.0/24"), ("Proxy:Retries:MaxRetries", "1"));
        Tell(gateway);
        Assert.Equal((2, 1), (counts[Applied], counts[Refused]));
    }

    [Fact]
    public async Task Both_counters_exist_from_the_start()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var counts = new MeterCounts(meters, "prodready.gateway.");

        await using var gateway = await GatewayApp.StartAsync(
            stores, host => host.ConfigureTestServices(all => all.AddSingleton(meters)));

        Assert.All([Applied, Refused], name => Assert.True(counts.Has(name) && counts[name] == 0, name));
    }

    /// <summary>As watchers of files do: of one change several times.</summary>
    private static void Tell(GatewayApp gateway)
    {
        gateway.Change();
        gateway.Change();
    }
}
