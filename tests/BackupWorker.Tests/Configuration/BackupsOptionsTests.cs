using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Tests.Configuration;

public sealed class BackupsOptionsTests
{
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(0, 2, 2)]
    [InlineData(0, 4, 4)]
    [InlineData(0, 64, 4)]
    [InlineData(1, 64, 1)]
    [InlineData(16, 2, 16)]
    public void Jobs_are_the_processors_up_to_four_or_what_is_set(int jobs, int processors, int expected) =>
        Assert.Equal(expected, new BackupsOptions { Jobs = jobs }.JobsOn(processors));

    private readonly ValidateBackupsOptions _validator = new();

    [Fact]
    public void An_empty_folder_name_is_refused()
    {
        var result = _validator.Validate(null, new() { Directory = " " });

        Assert.Equal("BACKUP_DIR (Backups:Directory) is empty. Example: /var/backups/prodready", result.FailureMessage);
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_refused()
    {
        var file = Path.GetTempFileName();

        var result = new ValidateBackupFolder().Validate(null, new() { Directory = Path.Combine(file, "backups") });

        File.Delete(file);
        Assert.Equal(
            $"BACKUP_DIR (Backups:Directory) is '{file}/backups', which cannot be created or written to "
            + $"(Could not find a part of the path '{file}/backups'). Example: /var/backups/prodready",
            result.FailureMessage);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var options = new BackupsOptions { Directory = "none", Jobs = 65, ParallelFrom = -1, ShrinkAlarm = 0 };
        options.Databases.Add("");
        options.Databases.Add("shop");
        options.Databases.Add("postgres://me:secret@elsewhere/shop");
        options.Databases.Add("postgres://me:secret@:99999999/db");

        var result = _validator.Validate(null, options);

        Assert.Equal(
            [
                "Backups:Databases:0 is empty. Example: orders",
                "Backups:Databases:3 has a host that is neither a name nor an address. Example: postgres://user:password@host:5432/orders",
                "Backups:Databases names 'shop' twice; back one of them up from another instance. Example: orders",
                "Backups:Jobs is 65, which is not between 0 and 64. Example: 4",
                "Backups:ParallelFrom is -1, which is below 0. Example: 134217728",
                "Backups:ShrinkAlarm is 0, which is not above 0 and at most 1. Example: 0.5",
            ],
            result.Failures);
    }

    [Fact]
    public void A_folder_is_created_and_left_empty()
    {
        var root = Directory.CreateTempSubdirectory("prodready-options-");
        var folder = Path.Combine(root.FullName, "a", "b");

        var result = new ValidateBackupFolder().Validate(null, new() { Directory = folder });

        Assert.True(result.Succeeded);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        root.Delete(recursive: true);
    }
}
