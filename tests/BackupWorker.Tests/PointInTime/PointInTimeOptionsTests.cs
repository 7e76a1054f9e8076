using ProdReady.BackupWorker.PointInTime;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class PointInTimeOptionsTests
{
    private readonly ValidatePointInTimeOptions _validator = new();

    [Fact]
    public void Defaults_are_valid_and_off()
    {
        Assert.True(_validator.Validate(null, new()).Succeeded);
        Assert.False(new PointInTimeOptions().Enabled);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var file = Path.GetTempFileName();

        var result = _validator.Validate(null, new()
        {
            Enabled = true,
            Cron = "at one",
            Slot = "Backups!",
            Interval = TimeSpan.FromMilliseconds(499),
            Label = "my.server",
            BasesKept = 0,
            Spool = Path.Combine(file, "wal"),
        });

        File.Delete(file);
        Assert.Equal(
            [
                "BACKUP_BASE_SCHEDULE (Backups:PointInTime:Cron) is 'at one', which is no cron expression of five fields. Example: 0 1 * * 0",
                "Backups:PointInTime:Slot is 'Backups!'; it must be 1 to 40 lower-case letters, digits and underscores. Example: prodready_backups",
                "Backups:PointInTime:Interval is 00:00:00.4990000, outside 0.5 to 60 seconds. Example: 00:00:02",
                "Backups:PointInTime:Label is 'my.server'; it must be 1 to 40 lower-case letters, digits, underscores and dashes. Example: server",
                "Backups:PointInTime:BasesKept is 0, outside 1 to 1000. Example: 2",
                $"Backups:PointInTime:Spool is '{file}/wal', which cannot be created or written to (Could not find a part of the path '{file}/wal'). "
                + "Example: /var/lib/prodready/wal",
            ],
            result.Failures);
    }
}
