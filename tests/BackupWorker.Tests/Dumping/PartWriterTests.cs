using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Dumping;

/// <summary>A pg_dump whose turn has not come.</summary>
public sealed class PartWriterTests(DataStores stores)
{
    private const string IsLocked =
        "SELECT count(*) FROM pg_locks WHERE relation = 'public.later'::regclass AND mode = 'AccessShareLock' AND granted AND pid <> pg_backend_pid()";

    [Fact]
    public async Task It_has_locked_its_tables_and_is_written_when_its_turn_comes()
    {
        await using var fixture = await CreateAsync();
        using var turns = new SemaphoreSlim(0);

        var writing = WriteAsync(fixture, turns);
        await Eventually.ReadAsync(() => BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, IsLocked), locks => locks == 1);
        Assert.False(writing.IsCompleted);
        Assert.Empty(fixture.Files);
        turns.Release();

        Assert.InRange((await writing).Part.Facts.ContentSize, 100_000, long.MaxValue);
        Assert.Equal("later.dump", Assert.Single(fixture.Files));
        Assert.Equal(1, turns.CurrentCount);
    }

    [Fact]
    public async Task It_fails_at_once_when_its_program_does()
    {
        await using var fixture = await CreateAsync();
        using var turns = new SemaphoreSlim(0);

        var failure = await Assert.ThrowsAsync<BackupException>(() => WriteAsync(fixture, turns, "public.nowhere"));

        Assert.StartsWith("pg_dump failed", failure.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Files);
    }

    private async Task<BackupsFixture> CreateAsync()
    {
        var fixture = await BackupsFixture.CreateAsync(stores);
        // More than a pipe holds, so that the program stands still
        await fixture.ExecuteAsync("CREATE TABLE public.later AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n");
        return fixture;
    }

    private static async Task<WrittenPart> WriteAsync(BackupsFixture fixture, SemaphoreSlim turns, string table = "public.later")
    {
        var services = fixture.Start().Services;
        var source = services.GetRequiredService<BackupSources>().All().Single();
        await using var connection = await source.OpenAsync(TestContext.Current.CancellationToken);
        return await services.GetRequiredService<PartWriter>().WriteAsync(
            new(
                PartKind.Data,
                "later.dump",
                services.GetRequiredService<PostgresPrograms>().Find()[PostgresPrograms.Dump],
                ["--format=custom", "--compress=0", "--no-password", "--section=data", $"--table={table}"]),
            LibpqEnvironment.From(source.Settings(), connection),
            new(services.GetRequiredService<BackupShelves>().All),
            turns,
            new Progress<long>(),
            TestContext.Current.CancellationToken);
    }
}
