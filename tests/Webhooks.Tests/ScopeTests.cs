using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests;

public sealed class ScopeTests(DataStores stores) : OperationTest(stores)
{
    [Fact]
    public void Every_endpoint_asks_for_its_scope() => Assert.Equal(
        [
            "GET /webhooks/audit: scope webhooks:admin",
            "GET /webhooks/dead-letters: scope webhooks:read",
            "GET /webhooks/destinations: scope webhooks:read",
            "GET /webhooks/events/{id:guid}/body: scope webhooks:read",
            "GET /webhooks/events/{id:guid}/variants/{sha256:regex(^[0-9a-f]{{64}}$)}/body: scope webhooks:read",
            "GET /webhooks/events/{id:guid}: scope webhooks:read",
            "GET /webhooks/events: scope webhooks:read",
            "GET /webhooks/quarantine/{id:guid}/body: scope webhooks:read",
            "GET /webhooks/quarantine: scope webhooks:read",
            "GET /webhooks/replays/{id:guid}: scope webhooks:read",
            "GET /webhooks/replays: scope webhooks:read",
            "GET /webhooks/sources: scope webhooks:read",
            "POST /webhooks/destinations/{name}/disable: scope webhooks:admin",
            "POST /webhooks/destinations/{name}/discard: scope webhooks:admin",
            "POST /webhooks/destinations/{name}/enable: scope webhooks:admin",
            "POST /webhooks/destinations/{name}/test: scope webhooks:admin",
            "POST /webhooks/events/{id:guid}/replay: scope webhooks:replay",
            "POST /webhooks/quarantine/admit: scope webhooks:admin",
            "POST /webhooks/quarantine/{id:guid}/admit: scope webhooks:admin",
            "POST /webhooks/replays/{id:guid}/cancel: scope webhooks:replay",
            "POST /webhooks/replays: scope webhooks:replay",
        ],
        // A sender's own address is open: it signs
        EndpointScopes.Of(StartAlone().Services, "/webhooks").Where(line => !line.Contains("/webhooks/{source}: ", StringComparison.Ordinal)));
}
