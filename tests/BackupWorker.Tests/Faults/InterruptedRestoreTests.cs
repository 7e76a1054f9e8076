using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

public sealed class InterruptedRestoreTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Terminate)]
    public async Task A_restore_that_is_told_to_end_drops_its_database(Signal signal)
    {
        Assert.SkipWhen(signal == Signal.Interrupt && IgnoredSignals.HasInterrupt, IgnoredSignals.Reason);
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var target = fixture.Target();
        var tools = FakeTools.Create(
            fixture.Root, "pg_restore", "case \"$*\" in *--section=*) exec \"$real\" \"$@\" ;; *) exec sleep 60 ;; esac");
        using var restore = CliProcess.Start(
            fixture.Root, ["restore", "latest", "--into", target.Name], new(fixture.CliSettings) { ["POSTGRES_BIN"] = tools });
        var error = restore.StandardError.ReadToEndAsync(Cancelled);
        // Until its tables are there
        await Eventually.ReadAsync(() => fixture.ExistsAsync(target.Name), exists => exists);
        await Eventually.ReadAsync(
            () => BackupsFixture.ScalarAsync<bool>(target.ConnectionString, "SELECT to_regclass('customers') IS NOT NULL"), exists => exists);

        Signals.Send(restore.Id, signal);
        await restore.WaitForExitAsync(Cancelled);

        Assert.Equal(ExitCode.Interrupted, restore.ExitCode);
        Assert.Contains($"The new database '{target.Name}' was dropped again.", await error, StringComparison.Ordinal);
        Assert.False(await fixture.ExistsAsync(target.Name));
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("delete")]
    public async Task A_corrupt_copy_is_passed_over_for_the_next_destinations(string how)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var (one, two) = (Path.Combine(fixture.Root, "one"), Path.Combine(fixture.Root, "two"));
        var app = fixture.Start(services => services.AddSingleton(new BackupDestinations(
        [
            new FolderStorage("one", one, NullLogger<FolderStorage>.Instance), new FolderStorage("two", two, NullLogger<FolderStorage>.Instance),
        ])));
        var run = Assert.Single(await app.BackUpNowAsync());
        Assert.Empty(run.Warnings);
        var part = Path.Combine(one, run.Manifest!.Parts.Single(part => part.Kind == PartKind.Data).File);
        switch (how)
        {
            case "flip":
                await BackupsFixture.GarbleAsync(part);
                break;
            case "cut":
                await using (var file = File.OpenWrite(part))
                {
                    file.SetLength(file.Length - 100);
                }

                break;
            default:
                File.Delete(part);
                break;
        }

        var target = fixture.Target();
        var said = new List<string>();

        var result = await BackupsFixture.RestoreAsync(app, run.Run.Id, target.Name, said.Add);

        Assert.Equal((RestoreVerdict.Restored, "two"), (result.Verdict, result.Destination));
        if (how == "flip")
        {
            // Found on the way only; the others show in the list of files
            Assert.Contains(said, line => line.StartsWith($"{one}: ", StringComparison.Ordinal) && line.EndsWith(" was dropped again.", StringComparison.Ordinal));
        }

        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, SampleDatabase.FingerprintSql),
            await BackupsFixture.ScalarAsync<string>(target.ConnectionString, SampleDatabase.FingerprintSql));
    }
}
