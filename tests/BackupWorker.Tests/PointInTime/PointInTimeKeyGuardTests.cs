using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Archives;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class PointInTimeKeyGuardTests : IDisposable
{
    private const string Base = "server-20261101T010000Z-aaaaaaaa.base.tar.zst";
    private const string Wal = "server.wal.0000000000000abc.000000010000000000000003";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-key-guard-");
    private readonly BackupDestinations _destinations;
    private DateTime _time = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);

    public PointInTimeKeyGuardTests() =>
        _destinations = new([new FolderStorage("local", _root.FullName, NullLogger<FolderStorage>.Instance)]);

    [Theory]
    [InlineData(Base + ".enc")]
    [InlineData(Wal + ".zst.enc")]
    [InlineData(Wal + ".tail-000017.zst.enc")]
    public async Task What_was_encrypted_is_not_stored_in_clear(string file)
    {
        Store(Base, Wal + ".zst", file);

        Assert.Equal(
            $"{file} in {_root.FullName} is encrypted, and BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) is not set here, so that what follows it would not be. Set "
            + "it; or, if base backups and log are to be in clear from now on, Backups:Encryption:AllowUnencrypted=true.",
            await WhyNotAsync());
        Assert.Null(await WhyNotAsync(TestArchives.First));
        Assert.Null(await WhyNotAsync(allowed: true));
    }

    [Fact]
    public async Task The_newest_file_that_is_ours_decides()
    {
        Assert.Null(await WhyNotAsync());

        Store(Base + ".enc", Wal + ".zst", "other.wal.0000000000000abc.000000010000000000000003.enc", Wal + ".tail.json");

        Assert.Null(await WhyNotAsync());
    }

    public void Dispose()
    {
        _destinations.Dispose();
        _root.Delete(recursive: true);
    }

    private Task<string?> WhyNotAsync(string? keys = null, bool allowed = false) => new PointInTimeKeyGuard(
        TestArchives.Keys(keys), Options.Create(new BackupWorker.Archives.Encryption.ArchiveEncryptionOptions { AllowUnencrypted = allowed }),
        Options.Create(new PointInTimeOptions()), _destinations).WhyNotAsync(TestContext.Current.CancellationToken);

    /// <summary>One after the other.</summary>
    private void Store(params string[] files)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(_root.FullName, file);
            File.WriteAllText(path, "");
            File.SetLastWriteTimeUtc(path, _time);
            _time = _time.AddMinutes(1);
        }
    }
}
