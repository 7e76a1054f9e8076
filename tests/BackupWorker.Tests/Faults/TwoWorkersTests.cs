using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>Replicas with one schedule: each of its times makes one backup, whoever makes it.</summary>
public sealed class TwoWorkersTests(DataStores stores)
{
    [Fact]
    public async Task Each_night_makes_one_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new FakeTimeProvider(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var replicas = new[] { Start(), Start(), Start() };
        Parallel.ForEach(replicas, replica => replica.CreateClient().Dispose());

        // The one that nobody made yet, and two nights
        foreach (var nights in new[] { 1, 2, 3 })
        {
            await Eventually.ReadAsync(
                async () =>
                {
                    // Else minutes would go by for each call to storage, which would count as one that hangs
                    if (await ScalarAsync("SELECT count(*) FROM backups.occurrences WHERE job = 'backup' AND ended_at IS NULL") == 0)
                    {
                        time.Advance(TimeSpan.FromMinutes(1));
                    }

                    return await DoneAsync();
                },
                count => count >= nights);
            // Time for the others to try the same, their retries included
            for (var minute = 0; minute < 45; minute++)
            {
                time.Advance(TimeSpan.FromMinutes(1));
                await CountAsync("true");
            }

            Assert.Equal((nights, nights), (await CountAsync("true"), await CountAsync("status = 'ok'")));
            time.SetUtcNow(new(2026, 3, 1 + nights, 1, 59, 50, TimeSpan.Zero));
        }

        Assert.Equal(3, await DoneAsync());
        Assert.Equal(3, await VisibleBackups.AssertGoodAsync(replicas[0], fixture.Directory));
        Assert.Empty(VisibleBackups.Leftovers(fixture.Directory));

        WebApplicationFactory<BackupsOptions> Start() => fixture.Start(
            services => services.AddSingleton<TimeProvider>(time),
            settings: [("Backups:Schedule:Cron", "0 2 * * *"), ("Backups:Schedule:Jitter", "00:00:00")]);

        Task<long> DoneAsync() => ScalarAsync("SELECT count(*) FROM backups.occurrences WHERE job = 'backup' AND failed = '{}'");

        Task<long> CountAsync(string which) => ScalarAsync($"SELECT count(*) FROM backups.runs WHERE {which}");

        Task<long> ScalarAsync(string sql) => BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, sql);
    }
}
