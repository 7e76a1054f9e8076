using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests;

public sealed class ScopeTests(DataStores stores)
{
    [Fact]
    public async Task Every_endpoint_asks_for_its_scope()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        Assert.Equal(
            [
                "GET /backups/operations/{id}: scope backups:read",
                "GET /backups/operations: scope backups:read",
                "GET /backups/{id}: scope backups:read",
                "GET /backups: scope backups:read",
                "POST /backups/drills: scope backups:run",
                "POST /backups/restores: scope backups:restore",
                "POST /backups/retention/prune: scope backups:run",
                "POST /backups/{id}/verify: scope backups:run",
                "POST /backups: scope backups:run",
            ],
            EndpointScopes.Of(fixture.Start().Services, "/backups"));
    }
}
