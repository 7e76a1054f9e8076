using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

public sealed class BackupDirectoryTests
{
    [Theory]
    [InlineData(null, "/state/backups", "/state/backups")]
    [InlineData("", "/state/backups", "/state/backups")]
    [InlineData(" ", "/state/backups", "/state/backups")]
    [InlineData("/var/backups/", "/var/backups/", "/var/backups/")]
    [InlineData("none", "none", null)]
    public void The_service_gets_the_folder_in_full_or_is_told_that_there_is_none(string? configured, string setting, string? folder)
    {
        Assert.Equal(setting, BackupDirectory.Setting(configured, "/state"));
        Assert.Equal(folder, BackupDirectory.Of(configured, "/state"));
    }

    [Fact]
    public void A_relative_folder_is_the_callers() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "kept"), BackupDirectory.Setting("kept", "/state"));
}
