using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class SwitchedOffTests(DataStores stores)
{
    [Fact]
    public async Task A_slot_that_is_left_is_told_with_the_statement_that_drops_it()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var slot = $"left_{Guid.NewGuid():N}";
        // It keeps nothing as long as nobody uses it
        await fixture.ExecuteAsync($"SELECT pg_create_physical_replication_slot('{slot}')");
        try
        {
            using var lines = new LogLines();
            var app = fixture.Start(services => services.AddSingleton<ILoggerProvider>(lines), settings: ("Backups:PointInTime:Slot", slot));
            using var client = BackupsFixture.ClientOf(app);

            await Eventually.ReadAsync(() => Task.FromResult(lines.Of(LogLevel.Critical).Any()), done => done);

            Assert.Equal(
                [
                    $"BACKUP_POINT_IN_TIME is off, and the replication slot {slot} is still on the server, which keeps its log for it until its disk is full. "
                    + $"Unless another stack uses it, drop it: SELECT pg_drop_replication_slot('{slot}')",
                ],
                lines.Of(LogLevel.Critical));
        }
        finally
        {
            await fixture.ExecuteAsync($"SELECT pg_drop_replication_slot('{slot}')");
        }
    }

    [Fact]
    public async Task Base_backups_are_refused_on_the_command_line()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);

        var refused = await CliProcess.RunAsync(Path.GetTempPath(), ["base"], fixture.CliSettings);

        Assert.Equal((BackupWorker.Cli.ExitCode.Configuration, BaseBackup.NotEnabled), (refused.ExitCode, refused.Error.Trim()));
    }
}
