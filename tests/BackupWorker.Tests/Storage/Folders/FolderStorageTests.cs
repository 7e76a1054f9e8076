using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Bounded;
using ProdReady.BackupWorker.Storage.Folders;

namespace ProdReady.BackupWorker.Tests.Storage.Folders;

/// <summary>As it is used: with calls that end.</summary>
public sealed class FolderStorageTests : StorageContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("prodready-folder-").FullName;

    public FolderStorageTests() => Storage = new BoundedStorage(
        new FolderStorage("local", Folder, NullLogger<FolderStorage>.Instance), TimeSpan.FromMinutes(1), TimeProvider.System);

    internal override IBackupStorage Storage { get; }

    private string Folder => Path.Combine(_root, "backups");

    [Fact]
    public async Task Files_and_folder_are_their_owners_alone()
    {
        await using var writer = await Storage.CreateAsync($"{Backup}.json", Cancelled);
        var partial = Path.Combine(Folder, $"{Backup}.json.partial");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(partial));
        await writer.CommitAsync(Cancelled);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, $"{Backup}.json")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.False(File.Exists(partial));
    }

    /// <summary>That it holds nothing would be the wrong thing to hear when a disk is not mounted.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_no_folder_cannot_be_listed(bool isLink)
    {
        if (isLink)
        {
            Directory.CreateSymbolicLink(Folder, Path.Combine(_root, "away"));
        }
        else
        {
            await File.WriteAllTextAsync(Folder, "", Cancelled);
        }

        var failure = await Assert.ThrowsAsync<StorageException>(() => ListAsync());

        Assert.Equal($"{Folder} cannot be listed: it is no folder, or a link to one that is not there.", failure.Message);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_yet_holds_nothing()
    {
        Assert.Empty(await ListAsync());
        Assert.Empty(await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));
        await Storage.DeleteAsync($"{Backup}.json", Cancelled);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task A_partial_file_of_a_killed_process_is_written_anew_and_one_of_a_living_process_is_not()
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, $"{Backup}.json.partial"), "a long leftover", Cancelled);
        await using (var writer = await Storage.CreateAsync($"{Backup}.json", Cancelled))
        {
            var failure = await Assert.ThrowsAsync<StorageException>(() => Storage.CreateAsync($"{Backup}.json", Cancelled));
            Assert.StartsWith($"{Folder}/{Backup}.json cannot be created: ", failure.Message, StringComparison.Ordinal);
            await writer.Content.WriteAsync("new"u8.ToArray(), Cancelled);
            await writer.CommitAsync(Cancelled);
        }

        Assert.Equal("new"u8.ToArray(), await ReadAsync($"{Backup}.json"));
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_named()
    {
        await File.WriteAllTextAsync(Folder, "", Cancelled);

        var failure = await Assert.ThrowsAsync<StorageException>(() => Storage.CreateAsync($"{Backup}.json", Cancelled));

        Assert.StartsWith($"{Folder}/{Backup}.json cannot be created: ", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The folder {Folder} cannot be created or written to (", await Storage.WhyNotAsync(Cancelled), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
