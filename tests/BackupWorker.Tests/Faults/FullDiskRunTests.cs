using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

public sealed class FullDiskRunTests(DataStores stores)
{
    [Fact]
    public async Task A_disk_that_fills_up_during_a_run_ends_it_with_a_sentence_and_keeps_what_was_there()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Directory.CreateDirectory(fixture.Directory);
        var mounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", fixture.Directory);
        Assert.SkipUnless(mounted is null, $"A small disk cannot be mounted here: {mounted}");
        try
        {
            var app = fixture.Start();
            Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
            var before = fixture.Files.ToList();
            // 6 MB that do not compress
            await fixture.ExecuteAsync(
                "CREATE TABLE big AS SELECT string_agg(decode(md5(n::text || g::text), 'hex'), '') AS b FROM generate_series(1, 100) g, generate_series(1, 4000) n GROUP BY g");

            var result = Assert.Single(await app.BackUpNowAsync());

            Assert.Matches(
                $"^{fixture.Directory}/[^/]+\\.data-01\\.dump\\.zst cannot be written: the disk of {fixture.Directory} is full\\.$", result.Error);
            Assert.Equal(before, fixture.Files);
            Assert.Equal(1, await VisibleBackups.AssertGoodAsync(app, fixture.Directory));
            await fixture.ExecuteAsync("DROP TABLE big");
            Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        }
        finally
        {
            await RunAsync("umount", fixture.Directory);
        }
    }

    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        if (Programs.Find(program) is not { } path)
        {
            return $"{program} is not installed";
        }

        var (exitCode, output) = await Programs.RunAsync(new() { Name = program, FileName = path, Arguments = arguments }, CancellationToken.None);
        return exitCode == 0 ? null : output.Trim();
    }
}
