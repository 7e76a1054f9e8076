using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage.Folders;

namespace ProdReady.BackupWorker.Tests.Storage.Folders;

/// <summary>What survives a loss of power.</summary>
public sealed class DurabilityTests : IDisposable
{
    private const string Name = $"{StorageContract.Backup}.data-01.dump";

    private readonly string _folder = Directory.CreateTempSubdirectory("prodready-durability-").FullName;
    private readonly FolderStorage _storage;

    public DurabilityTests() => _storage = new("local", _folder, NullLogger<FolderStorage>.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_folder_is_synced_after_a_name_is_given()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes Linux' inotify");
        await using var writer = await _storage.CreateAsync(Name, Cancelled);
        using var events = new FolderEvents(_folder);

        await writer.CommitAsync(Cancelled);

        Assert.Equal([$"{Name} is given", "the folder is opened"], events.Read());
    }

    [Fact]
    public async Task The_folder_is_synced_after_a_name_is_removed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes Linux' inotify");
        await File.WriteAllTextAsync(Path.Combine(_folder, Name), "", Cancelled);
        using var events = new FolderEvents(_folder);

        await _storage.DeleteAsync(Name, Cancelled);

        Assert.Equal([$"{Name} is removed", "the folder is opened"], events.Read());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
