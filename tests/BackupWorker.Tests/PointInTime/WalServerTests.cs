using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>The replication slot, and who receives from it.</summary>
public sealed class WalServerTests(OwnServer own) : IClassFixture<OwnServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slot_that_the_server_gave_up_is_begun_anew()
    {
        await using var server = await own.ConnectAsync("lost");
        var first = await server.EnsureSlotAsync(Cancelled);
        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "SELECT pg_reload_conf()");
        await Eventually.ReadAsync(async () =>
        {
            await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "SELECT txid_current(), pg_switch_wal()");
            await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "CHECKPOINT");
            return await BackupsFixture.ScalarAsync<string>(
                own.Server.ConnectionString, "SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'lost'") == "lost";
        }, done => done);
        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "ALTER SYSTEM RESET max_slot_wal_keep_size");
        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "SELECT pg_reload_conf()");

        // Nobody would notice otherwise while the log is received
        var lost = await Assert.ThrowsAsync<BackupException>(() => server.PositionsAsync(SpoolOf(server, first), Cancelled));
        Assert.StartsWith("The replication slot lost was dropped, or the server gave it up (max_slot_wal_keep_size)", lost.Message, StringComparison.Ordinal);

        var second = await server.EnsureSlotAsync(Cancelled);

        Assert.Equal((true, false), (first.IsNew, first.WasLost));
        Assert.Equal((true, true), (second.IsNew, second.WasLost));
        Assert.True(second.Position > first.Position);
        Assert.Equal((false, false, second.Position), await server.EnsureSlotAsync(Cancelled) is var third ? (third.IsNew, third.WasLost, third.Position) : default);
    }

    [Fact]
    public async Task A_slot_that_somebody_drops_is_noticed_while_the_log_is_received()
    {
        await using var server = await own.ConnectAsync("dropped");
        var spool = SpoolOf(server, await server.EnsureSlotAsync(Cancelled));
        Assert.Null((await server.PositionsAsync(spool, Cancelled)).Received);

        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "SELECT pg_drop_replication_slot('dropped')");

        await Assert.ThrowsAsync<BackupException>(() => server.PositionsAsync(spool, Cancelled));
        Assert.True((await server.EnsureSlotAsync(Cancelled)).IsNew);
        await server.PositionsAsync(spool, Cancelled);
    }

    /// <summary>A standby or a pg_receivewal of the operator may be called like the slot, or another stack's slot begin like ours.</summary>
    [Fact]
    public async Task Only_our_own_receivers_are_ended()
    {
        await using var server = await own.ConnectAsync("ours");
        await using var standby = Receive("ours", server);
        await using var others = Receive("prodready-wal-ours_2-aaaaaaaa", server);
        await using var orphan = Receive("prodready-wal-ours-aaaaaaaa", server);
        await Eventually.ReadAsync(async () => await SessionsAsync() == 3, done => done);

        await server.EndOrphansAsync(Cancelled);

        await Eventually.ReadAsync(async () => await SessionsAsync() == 2, done => done);
        Assert.Equal(
            ["ours", "prodready-wal-ours_2-aaaaaaaa"],
            await BackupsFixture.ScalarAsync<string[]>(
                own.Server.ConnectionString, "SELECT array_agg(application_name ORDER BY application_name) FROM pg_stat_replication"));
    }

    private SpoolFolder SpoolOf(WalServer server, WalSlot slot) => SpoolFolder.Create(
        own.Folder("spool"), "server", server.Identity.System, WalSegment.Of(server.Identity.Timeline, slot.Position, server.Identity.SegmentSize));

    private Task<long> SessionsAsync() => BackupsFixture.ScalarAsync<long>(own.Server.ConnectionString, "SELECT count(*) FROM pg_stat_replication");

    private ToolProcess Receive(string application, WalServer server)
    {
        using var host = own.Host();
        var environment = LibpqEnvironment.From(host.Services.GetRequiredService<BackupWorker.Configuration.BackupSources>().Home.Settings(), server.Connection);
        environment["PGAPPNAME"] = application;
        return ToolProcess.Start(
            host.Services.GetRequiredService<PostgresPrograms>().Find(PostgresPrograms.ReceiveWal),
            ["--directory", own.Folder(application), "--no-loop", "--no-password"], environment, Cancelled);
    }
}
