using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Catalogue;

public sealed class BodyTests(DataStores stores)
{
    [Fact]
    public async Task Every_annotated_body_is_validated()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        BodyValidation.AssertComplete(fixture.Start().Services, typeof(BackupsMetrics).Assembly);
    }
}
