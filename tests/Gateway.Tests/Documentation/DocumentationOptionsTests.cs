using ProdReady.Gateway.Documentation;

namespace ProdReady.Gateway.Tests.Documentation;

public sealed class DocumentationOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(Failures(new()));

    [Fact]
    public void Every_failure_is_named() => Assert.Equal(
        [
            "Documentation:Documents:shop names no cluster of ReverseProxy:Clusters. There are: upstream, webhooks",
            "Documentation:Documents:webhooks is 'openapi.json', which is not a path. Example: /openapi/v1.json",
            "Documentation:RefreshInterval is 00:00:00; it must be 1 s to 1 day. Example: 00:01:00",
            "Documentation:Timeout is 00:01:00; it must be 100 ms to 30 s. Example: 00:00:02",
        ],
        Failures(new()
        {
            Documents = { ["shop"] = "/openapi.json", ["webhooks"] = "openapi.json", ["nobody"] = "" },
            RefreshInterval = TimeSpan.Zero,
            Timeout = TimeSpan.FromMinutes(1),
        }));

    private static IEnumerable<string> Failures(DocumentationOptions options)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
            [
                KeyValuePair.Create<string, string?>("ReverseProxy:Clusters:webhooks:LoadBalancingPolicy", "Random"),
                KeyValuePair.Create<string, string?>("ReverseProxy:Clusters:upstream:LoadBalancingPolicy", "Random"),
            ])
            .Build();
        return new ValidateDocumentationOptions(configuration).Validate(null, options).Failures ?? [];
    }
}
