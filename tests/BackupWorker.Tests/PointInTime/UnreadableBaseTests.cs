using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Archives;
using ProdReady.BackupWorker.Tests.Storage;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class UnreadableBaseTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-unreadable-base-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_copy_and_every_older_one_is_tried_and_told_before_the_restore_fails()
    {
        using var codec = TestArchives.Codec(TestArchives.First);
        var files = new SealedFiles(new(TestArchives.Keys(TestArchives.First)));
        var programs = new PostgresPrograms(new ConfigurationBuilder().AddInMemoryCollection([new("Postgres:Bin", Environment.GetEnvironmentVariable("POSTGRES_BIN"))]).Build());
        var version = await PostgresPrograms.VersionAsync(programs.Find(PostgresPrograms.Server), Cancelled);
        FaultyStorage[] storages = [Storage("first"), Storage("second")];
        foreach (var storage in storages)
        {
            foreach (var day in new[] { 1, 2 })
            {
                var name = new BackupName("server", new(2026, 11, day, 0, 0, 0, TimeSpan.Zero), $"aaaaaaa{day}");
                await File.WriteAllTextAsync(Path.Combine(_root.FullName, storage.Name, name.TarFile(".zst.enc")), "", Cancelled);
                var manifest = ABase.Of(new(1, (ulong)day, 1 << 20), name.Id, name.StartedAt, name.TarFile(".zst.enc"));
                await files.WriteAsync(storage, name.ManifestFile(), manifest with { ServerVersion = $"{version.Major}.0" }, Cancelled);
            }
        }

        using var destinations = new BackupDestinations(storages);
        var options = Options.Create(new PointInTimeOptions());
        var restore = new PointInTimeRestore(
            destinations, options, programs, files, new(new(codec)), new(new WalReader(destinations, options, files, codec)));
        var (said, directory) = (new List<string>(), Path.Combine(_root.CreateSubdirectory("parent").FullName, "data"));
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL does not run as root, and a restore says so before anything else
            using var chown = Process.Start("chown", ["65534:65534", Path.GetDirectoryName(directory)!]);
            await chown.WaitForExitAsync(Cancelled);
        }

        var result = await restore.RestoreAsync(new(null, directory), new(said.Add), Cancelled);

        Assert.Equal((RestoreVerdict.Failed, "The open of first failed. (" + storages[0].Location + ") The open of second failed. (" + storages[1].Location + ")"), (result.Verdict, result.Message));
        Assert.Equal(4, said.Count(line => line.StartsWith("The open of", StringComparison.Ordinal)));
        Assert.False(Directory.Exists(directory));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private FaultyStorage Storage(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root.FullName, name)).FullName;
        return new(new FolderStorage(name, folder, NullLogger<FolderStorage>.Instance), (step, file) => step == "open" && file.Contains(".base.tar", StringComparison.Ordinal)
            ? throw new StorageException($"The open of {name} failed.")
            : false);
    }
}
