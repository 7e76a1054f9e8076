using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.Standalone.Processes;

namespace ProdReady.BackupWorker.Tests.Storage.Folders;

/// <summary>A disk of 1 MB.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private const string File = $"{StorageContract.Backup}.data-01.dump";

    private readonly string _disk = Directory.CreateTempSubdirectory("prodready-disk-").FullName;
    private readonly FolderStorage _storage;
    private string? _problem;

    public FullDiskTests() => _storage = new("local", _disk, NullLogger<FolderStorage>.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _problem = await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _disk);

    [Theory]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task A_full_disk_is_a_sentence_and_leaves_nothing(int buffer)
    {
        Assert.SkipWhen(_problem is not null, _problem ?? "");
        var failure = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await using var writer = await _storage.CreateAsync(File, Cancelled);
            for (var written = 0; written < 3_000_000; written += buffer)
            {
                await writer.Content.WriteAsync(new byte[buffer], Cancelled);
            }

            await writer.CommitAsync(Cancelled);
        });

        Assert.Equal($"{_disk}/{File} cannot be written: the disk of {_disk} is full.", failure.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_disk));
    }

    [Fact]
    public async Task A_read_only_disk_is_a_sentence()
    {
        Assert.SkipWhen(_problem is not null, _problem ?? "");
        Assert.Null(await RunAsync("mount", "-o", "remount,ro", _disk));

        var failure = await Assert.ThrowsAsync<StorageException>(() => _storage.CreateAsync(File, Cancelled));

        Assert.Equal($"{_disk}/{File} cannot be created: the disk of {_disk} is read-only.", failure.Message);
    }

    public async ValueTask DisposeAsync()
    {
        if (_problem is null)
        {
            await RunAsync("umount", _disk);
        }

        Directory.Delete(_disk);
    }

    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        if (Programs.Find(program) is not { } path)
        {
            return $"{program} is not installed";
        }

        var (exitCode, output) = await Programs.RunAsync(new() { Name = program, FileName = path, Arguments = arguments }, CancellationToken.None);
        return exitCode == 0 ? null : $"a small disk cannot be mounted here: {output.Trim()}";
    }
}
