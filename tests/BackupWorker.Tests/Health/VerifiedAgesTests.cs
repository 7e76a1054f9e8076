using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
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
    public async Task Each_destination_has_its_own_age_and_one_that_was_never_read_that_of_the_process()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var isFarAway = false;
        var app = fixture.StartOnTwo((step, _) => isFarAway && step is "create" or "list");
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        isFarAway = true;
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var services = app.Services;
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var ages = new VerifiedAges(
            services.GetRequiredService<BackupSources>(), services.GetRequiredService<BackupShelves>(), time,
            services.GetRequiredService<ILogger<VerifiedAges>>());

        Assert.Equal((0, 0), (AgeIn("near"), AgeIn("far")));

        // Of one that was never read nothing is known, which must not look as if all were well
        await ages.RefreshAsync(Cancelled);
        Assert.InRange(AgeIn("near"), 0, 300);
        time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(3 * 86400, AgeIn("far"));
        Assert.DoesNotContain(ages.All, age => age.Destination == "far");

        isFarAway = false;
        await ages.RefreshAsync(Cancelled);
        var before = AgeIn("far");
        Assert.InRange(before, 3 * 86400, (3 * 86400) + 300);

        // What is known stands while it cannot be read
        isFarAway = true;
        await ages.RefreshAsync(Cancelled);
        Assert.Equal(before, AgeIn("far"));

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
