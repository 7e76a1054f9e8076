using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Bounded;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>
/// A folder whose calls do not come back, as of a server that is gone: it must neither keep the others from having their backups nor the lock
/// from all runs to come.
/// </summary>
public sealed class HangingDestinationTests(DataStores stores) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private readonly ManualResetEventSlim _answers = new(true);
    private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogLines _log = new();

    /// <summary>The destination's alone: one that jumps would end other waits, too.</summary>
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("list")]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("commit")]
    [InlineData("open")]
    [InlineData("read")]
    public async Task The_others_have_the_backup_and_the_run_names_it(string step)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var answering = new Answering(_answers);
        // Without what looks at storage at start, which would meet the run
        var app = Start(fixture, step, typeof(VerifiedAgesWorker), typeof(RunWorker));

        // There has been a backup: where nothing is known, none is made in clear
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        _answers.Reset();

        AssertLacks(fixture, await PassAsync(app.BackUpNowAsync()));
        // Nothing waits for what hangs already
        AssertLacks(fixture, await app.BackUpNowAsync());
        _answers.Set();
        var last = await Eventually.ReadAsync(async () => Assert.Single(await app.BackUpNowAsync()), run => !run.FailedDestinations.Any());

        Assert.Null(last.Error);
        Assert.Single(Directory.GetFiles(fixture.FarFolder()), file => file.EndsWith($"{last.Run.Id}.json", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.GetFiles(fixture.FarFolder()), file => file.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_lets_go_of_the_lock()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var answering = new Answering(_answers);
        _answers.Reset();
        var app = Start(fixture, "list", typeof(VerifiedAgesWorker));
        using (app.CreateClient())
        {
        }

        var lines = await PassAsync(Eventually.ReadAsync(
            () => Task.FromResult(_log.Of(LogLevel.Warning).ToList()), lines => lines.Exists(line => line.Contains("destination far", StringComparison.Ordinal))));

        Assert.Contains(
            $"What interrupted runs left in the destination far is not removed yet: {fixture.FarFolder()} does not answer: "
            + "listing its files has taken longer than 00:30:00.",
            lines);
        var home = app.Services.GetRequiredService<BackupSources>().Home;
        await using var held = await Eventually.ReadAsync(() => RunLock.TryTakeAsync(home, RunLock.Backups, Cancelled), taken => taken is not null);
        Assert.NotNull(held);
    }

    public void Dispose() => _answers.Dispose();

    private static void AssertLacks(BackupsFixture fixture, IReadOnlyList<RunResult> results)
    {
        var run = Assert.Single(results);
        Assert.Null(run.Error);
        Assert.Equal(["far"], run.FailedDestinations);
        Assert.StartsWith($"far: {fixture.FarFolder()} does not answer: ", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.EndsWith(" has taken longer than 00:30:00.", run.Warnings.Single(), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(fixture.Directory), file => file.EndsWith($"{run.Run.Id}.json", StringComparison.Ordinal));
    }

    /// <param name="fixture">Its database and folder.</param>
    /// <param name="step">What hangs in the destination far.</param>
    /// <param name="left">Workers that are left out.</param>
    private WebApplicationFactory<BackupsOptions> Start(BackupsFixture fixture, string step, params Type[] left) => fixture.Start(services => Without(services, left)
        .AddSingleton<ILoggerProvider>(_log)
        .AddSingleton(new BackupDestinations(
        [
            new BoundedStorage(
                new FaultyStorage(new FolderStorage("far", fixture.FarFolder(), NullLogger<FolderStorage>.Instance), (called, _) => called == step && Hang()),
                Limit,
                _time),
            new FolderStorage("near", fixture.Directory, NullLogger<FolderStorage>.Instance),
        ])));

    private static IServiceCollection Without(IServiceCollection services, Type[] left)
    {
        foreach (var worker in left)
        {
            services.Remove(services.Single(service => service.ImplementationType == worker));
        }

        return services;
    }

    /// <summary>In a call that is not asynchronous, as a folder does.</summary>
    /// <returns>That the call is a good one after all.</returns>
    private bool Hang()
    {
        if (!_answers.IsSet)
        {
            _hangs.TrySetResult();
            _answers.Wait(CancellationToken.None);
        }

        return false;
    }

    /// <summary>Lets the limit pass once the destination hangs.</summary>
    private async Task<T> PassAsync<T>(Task<T> work)
    {
        await _hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        await Eventually.ReadAsync(
            () =>
            {
                _time.Advance(Limit);
                return Task.FromResult(work.IsCompleted);
            },
            done => done);
        return await work;
    }

    /// <summary>A service whose calls hang does not end either.</summary>
    private sealed class Answering(ManualResetEventSlim answers) : IDisposable
    {
        public void Dispose() => answers.Set();
    }
}
