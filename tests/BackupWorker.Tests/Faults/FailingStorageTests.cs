using System.Globalization;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>Storage fails at each of a run's calls in turn: whatever is visible afterwards is a good backup, and there is always a sentence.</summary>
public sealed class FailingStorageTests(DataStores stores, ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_failure_makes_a_bad_backup_visible(bool recovers)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 100) n");
        var (calls, failing) = (0, int.MaxValue);
        var app = fixture.Start(
            services => services.AddSingleton(new BackupDestinations(
            [
                new FaultyStorage(new FolderStorage("folder", fixture.Directory, NullLogger<FolderStorage>.Instance), (_, _) =>
                {
                    var call = Interlocked.Increment(ref calls);
                    return recovers ? call == failing : call >= failing;
                }),
            ])),
            settings: [("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System))]);
        // Several of a row in normal runs: which ones differs from run to run
        var stride = IsLong ? 1 : 6;
        failing = 1 + Random.Shared.Next(stride);
        output.WriteLine($"Call {failing} and every {stride}th one after it");
        var (failures, rounds) = (0, 0);
        do
        {
            await (app.Services.GetRequiredService<VerifiedAges>().RefreshAsync(TestContext.Current.CancellationToken));
            calls = 0;
            var result = Assert.Single(await app.BackUpNowAsync());
            failures += result.Error is null ? 0 : 1;
            await AssertToldAsync(fixture, app, result);
            failing += stride;
            rounds++;
        }
        while (calls >= failing - stride);

        output.WriteLine($"{rounds} runs, of which {failures} failed; {calls} calls in the last one");
        Assert.InRange(calls, 30, 500);
        Assert.NotEqual(0, failures);
        failing = int.MaxValue;
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        Assert.Empty(VisibleBackups.Leftovers(fixture.Directory));
    }

    private static async Task AssertToldAsync(BackupsFixture fixture, WebApplicationFactory<BackupsOptions> app, RunResult result)
    {
        var visible = await VisibleBackups.AssertGoodAsync(app, fixture.Directory);
        var stored = await BackupsFixture.ScalarAsync<string>(
            fixture.Database.ConnectionString, $"SELECT concat_ws(' ', status, error) FROM backups.runs WHERE id = '{result.Run.Id}'");
        Assert.Equal(result.Error is null ? "ok" : $"failed {result.Error}", stored);
        if (result.Error is { } error)
        {
            Assert.Matches("^(?!Unexpected)[A-Z].* failed\\.( |$)", error);
            Assert.False(File.Exists(Path.Combine(fixture.Directory, result.Run.Name.ManifestFile)), error);
        }
        else
        {
            Assert.True(visible > 0, result.Run.Id.ToString(CultureInfo.InvariantCulture));
            Assert.True(File.Exists(Path.Combine(fixture.Directory, result.Run.Name.ManifestFile)));
        }
    }
}
