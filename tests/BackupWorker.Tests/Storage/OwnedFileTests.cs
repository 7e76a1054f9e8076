using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

/// <summary>What is not on the disk must not pass for it.</summary>
public sealed class OwnedFileTests
{
    private const int InputOutputError = 5;
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int StaleHandle = 116;
    private const int QuotaExceeded = 122;

    [Theory]
    [InlineData(InputOutputError)]
    [InlineData(NoSpaceLeft)]
    // As after an error; a name has just been given in this folder
    [InlineData(ReadOnlyFileSystem)]
    [InlineData(StaleHandle)]
    [InlineData(QuotaExceeded)]
    public void A_disk_that_fails_is_no_refusal(int error) => Assert.False(OwnedFile.IsRefusal(error));

    [Fact]
    public void A_folder_that_cannot_be_opened_is_a_failure_that_says_why()
    {
        var failure = Assert.Throws<IOException>(() => OwnedFile.SyncFolder(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}")));

        Assert.Equal("its folder cannot be brought onto the disk (No such file or directory)", failure.Message);
    }

    /// <summary>As some network file systems do.</summary>
    [Fact]
    public void A_file_system_that_does_not_do_this_is_accepted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes Linux' /proc, which refuses with EINVAL");

        OwnedFile.SyncFolder("/proc");
    }

    [Fact]
    public void A_folder_is_brought_onto_the_disk() => OwnedFile.SyncFolder(Path.GetTempPath());
}
