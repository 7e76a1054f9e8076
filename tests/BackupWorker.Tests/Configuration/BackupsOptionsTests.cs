using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Tests.Configuration;

public sealed class BackupsOptionsTests
{
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

        var result = _validator.Validate(null, new() { Directory = Path.Combine(file, "backups") });

        File.Delete(file);
        Assert.Equal(
            $"BACKUP_DIR (Backups:Directory) is '{file}/backups', which cannot be created or written to "
            + $"(Could not find a part of the path '{file}/backups'). Example: /var/backups/prodready",
            result.FailureMessage);
    }

    [Fact]
    public void A_folder_is_created_and_left_empty()
    {
        var root = Directory.CreateTempSubdirectory("prodready-options-");
        var folder = Path.Combine(root.FullName, "a", "b");

        var result = _validator.Validate(null, new() { Directory = folder });

        Assert.True(result.Succeeded);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        root.Delete(recursive: true);
    }
}
