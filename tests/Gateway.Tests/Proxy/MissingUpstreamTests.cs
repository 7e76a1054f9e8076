using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>The gateway as a new user starts it.</summary>
public sealed class MissingUpstreamTests(DataStores stores)
{
    [Fact]
    public async Task Without_an_upstream_the_answer_names_the_setting()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);

        using var response = await gateway.GetAsync("/api/x");

        var problem = await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("No API is configured", problem.GetProperty("title").GetString());
        Assert.Contains("UPSTREAM_URL", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
