using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Health;

public sealed class VerifiedAgesTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_destination_has_its_own_age_and_none_before_the_first_look()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var isFarAway = false;
        var app = fixture.StartOnTwo((step, _) => isFarAway && step is "create" or "list");
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        isFarAway = true;
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var services = app.Services;
        var ages = new VerifiedAges(
            services.GetRequiredService<BackupSources>(), services.GetRequiredService<BackupShelves>(), TimeProvider.System,
            services.GetRequiredService<ILogger<VerifiedAges>>());

        Assert.Empty(ages.Measure());

        // Of one that was never read nothing is known
        await ages.RefreshAsync(Cancelled);
        Assert.InRange(AgeIn("near"), 0, 300);
        Assert.DoesNotContain(ages.Measure(), measurement => Is(measurement, "far"));

        isFarAway = false;
        await ages.RefreshAsync(Cancelled);
        var before = AgeIn("far");
        Assert.InRange(before, 0, 300);

        // What is known stands while it cannot be read
        isFarAway = true;
        await ages.RefreshAsync(Cancelled);
        Assert.InRange(AgeIn("far"), before, 300);

        double AgeIn(string destination) => Assert.Single(ages.Measure(), measurement => Is(measurement, destination)).Value;
    }

    private static bool Is(Measurement<double> measurement, string destination)
    {
        foreach (var tag in measurement.Tags)
        {
            if (tag.Key == "destination")
            {
                return destination.Equals(tag.Value);
            }
        }

        return false;
    }
}
