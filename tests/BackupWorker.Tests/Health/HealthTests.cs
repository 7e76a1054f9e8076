using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Health;

public sealed class HealthTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_old_backup_is_a_degradation_that_names_database_and_age()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(client);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var services = app.Services;
        var ages = new VerifiedAges(
            services.GetRequiredService<BackupSources>(), services.GetRequiredService<BackupShelves>(), time,
            services.GetRequiredService<ILogger<VerifiedAges>>());
        await ages.RefreshAsync(Cancelled);
        var check = new BackupsHealthCheck(
            services.GetRequiredService<PostgresPrograms>(), services.GetRequiredService<BackupShelves>(),
            ages, Options.Create(new ScheduleOptions()), time);

        var fresh = await check.CheckHealthAsync(new(), Cancelled);
        time.Advance(TimeSpan.FromHours(49));
        var old = await check.CheckHealthAsync(new(), Cancelled);

        Assert.Equal(HealthStatus.Healthy, fresh.Status);
        Assert.Equal(
            (HealthStatus.Degraded, $"The newest verified backup of '{fixture.Database.Name}' in the destination local is 49 hours old, and there should be one every 24 hours."),
            (old.Status, old.Description));
        // Degraded still takes requests
        Assert.True((await client.GetAsync("/health/ready", Cancelled)).IsSuccessStatusCode);
    }
}
