using Microsoft.AspNetCore.Mvc.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class ReplicasTests(DataStores stores, OwnServer own) : IClassFixture<OwnServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_of_two_makes_the_scheduled_base_backup_one_receives_and_the_other_takes_over()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        WebApplicationFactory<BackupsOptions>[] replicas = [Start(fixture), Start(fixture)];
        foreach (var replica in replicas)
        {
            using var client = BackupsFixture.ClientOf(replica);
        }

        // The first start makes up for the occurrence before it
        await Eventually.ReadAsync(async () => await BackupsFixture.ScalarAsync<long>(
            own.Server.ConnectionString, "SELECT count(*) FROM backups.occurrences WHERE job = 'base' AND failed = '{}' AND ended_at IS NOT NULL") == 1, done => done);
        Assert.Single(fixture.Files, file => file.EndsWith(".base.json", StringComparison.Ordinal));
        await Eventually.ReadAsync(async () => await ReceiversAsync() == 1, done => done);
        var receiving = Assert.Single(replicas, replica => LagOf(replica).Now is not null);
        var continuity = receiving.Services.GetRequiredService<WalContinuity>();
        continuity.Ask();
        await continuity.CheckAsync(Cancelled);
        Assert.Null(continuity.WhyNot);

        var other = replicas.Single(replica => replica != receiving);
        await receiving.DisposeAsync();

        await Eventually.ReadAsync(() => Task.FromResult(LagOf(other).Now is not null), done => done);
        await Eventually.ReadAsync(async () => await ReceiversAsync() == 1, done => done);
        await other.Services.GetRequiredService<WalContinuity>().CheckAsync(Cancelled);
        Assert.Null(other.Services.GetRequiredService<WalContinuity>().WhyNot);
        Assert.Single(fixture.Files, file => file.EndsWith(".base.json", StringComparison.Ordinal));
    }

    private static WalLag LagOf(WebApplicationFactory<BackupsOptions> replica) => replica.Services.GetRequiredService<WalLag>();

    private Task<long> ReceiversAsync() => BackupsFixture.ScalarAsync<long>(
        own.Server.ConnectionString, "SELECT count(*) FROM pg_stat_replication WHERE starts_with(application_name, 'prodready-wal-prodready_backups-')");

    private WebApplicationFactory<BackupsOptions> Start(BackupsFixture fixture) => fixture.Start(
        connection: own.Server.ConnectionString,
        settings: [
            ("Backups:PointInTime:Enabled", "true"),
            ("Backups:PointInTime:Spool", own.Folder("spool")),
            ("Backups:Schedule:Jitter", "00:00:00"),
        ]);
}
