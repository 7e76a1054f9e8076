using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>The server ends pg_dump's connection while rows come.</summary>
public sealed class BrokenConnectionTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_whose_connection_breaks_is_no_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE rows AS SELECT repeat('x', 1000) AS content FROM generate_series(1, 20000)");
        Directory.CreateDirectory(fixture.Root);
        var gate = Path.Combine(fixture.Root, "gate");
        // Rows stay in the server, as nobody takes them, until the gate opens; the exit code is pg_dump's
        var app = fixture.Start(FakeTools.Create(
            fixture.Root,
            "pg_dump",
            $$"""
            case "$*" in *--section=data*) ;; *) exec "$real" "$@" ;; esac
            pipe=$(mktemp -u)
            mkfifo "$pipe"
            "$real" "$@" > "$pipe" &
            { head -c 1000; while [ ! -e '{{gate}}' ]; do sleep 0.05; done; cat; } < "$pipe"
            rm "$pipe"
            wait $!
            """));
        using var client = BackupsFixture.ClientOf(app);
        var running = app.BackUpNowAsync();

        await Eventually.ReadAsync(
            () => BackupsFixture.ScalarAsync<long>(
                fixture.Database.ConnectionString,
                $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{fixture.Database.Name}' AND query LIKE 'COPY public.rows %'"),
            ended => ended > 0);
        await File.WriteAllTextAsync(gate, "", Cancelled);
        var result = Assert.Single(await running);

        Assert.StartsWith("pg_dump failed with exit code 1. pg_dump: error: Dumping the contents of table \"rows\" failed", result.Error, StringComparison.Ordinal);
        Assert.Empty(fixture.Files);
        Assert.Empty(await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled));
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        Assert.Equal(1, await VisibleBackups.AssertGoodAsync(app, fixture.Directory));
    }
}
