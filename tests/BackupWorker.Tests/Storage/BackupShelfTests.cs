using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;

namespace ProdReady.BackupWorker.Tests.Storage;

public sealed class BackupShelfTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 10, 25, 3, 4, 5, TimeSpan.Zero);

    private readonly string _root = Directory.CreateTempSubdirectory("prodready-storage-").FullName;
    private readonly BackupShelf _shelf;

    public BackupShelfTests() => _shelf = new(
        new FolderStorage("local", _root, NullLogger<FolderStorage>.Instance),
        new(new ManifestSeal(new ArchiveKeys(Options.Create(new ArchiveEncryptionOptions())))),
        NullLogger<BackupShelf>.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_exists_without_a_manifest()
    {
        var name = new BackupName("app", Time, "aaaaaaaa");
        await WriteAsync($"{name}.schema.dump.zst");
        await _shelf.WriteCheckAsync(name, new() { CheckedAt = Time, State = BackupState.Ok }, Cancelled);
        Assert.Empty(await _shelf.ListAsync(Cancelled));

        await _shelf.WriteManifestAsync(name, AManifest.Of(name), Cancelled);

        Assert.Equal(BackupState.Ok, Assert.Single(await _shelf.ListAsync(Cancelled)).State);
    }

    [Fact]
    public async Task Without_a_check_it_is_not_verified()
    {
        await PublishAsync("app", Time, "aaaaaaaa");

        Assert.Equal(BackupState.Unverified, Assert.Single(await _shelf.ListAsync(Cancelled)).State);
    }

    [Theory]
    [InlineData("{ \"id\": ")]
    [InlineData("{\"manifest\": {}, \"seal\": \"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"}\n")]
    public async Task A_broken_manifest_hides_no_other_backup(string content)
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        await File.WriteAllTextAsync(Path.Combine(_root, "app-20261025T030405Z-bbbbbbbb.json"), content, Cancelled);

        Assert.Equal("aaaaaaaa", Assert.Single(await _shelf.ListAsync(Cancelled)).Manifest.Id);
    }

    [Theory]
    [InlineData("{ \"state\": ")]
    [InlineData("null")]
    public async Task A_check_that_cannot_be_read_is_none(string content)
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        await File.WriteAllTextAsync(Path.Combine(_root, "app-20261025T030405Z-aaaaaaaa.check.json"), content, Cancelled);

        Assert.Equal(BackupState.Unverified, Assert.Single(await _shelf.ListAsync(Cancelled)).State);
    }

    [Fact]
    public async Task A_manifest_that_was_changed_is_refused()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        var path = Path.Combine(_root, "app-20261025T030405Z-aaaaaaaa.json");
        var text = await File.ReadAllTextAsync(path, Cancelled);

        await File.WriteAllTextAsync(path, text.Replace("17.11", "17.12", StringComparison.Ordinal), Cancelled);

        Assert.Empty(await _shelf.ListAsync(Cancelled));
    }

    [Fact]
    public async Task A_manifest_under_another_backups_name_is_refused()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        File.Move(Path.Combine(_root, "app-20261025T030405Z-aaaaaaaa.json"), Path.Combine(_root, "app-20261025T030405Z-bbbbbbbb.json"));

        Assert.Empty(await _shelf.ListAsync(Cancelled));
    }

    [Fact]
    public async Task A_manifest_cannot_name_another_backups_file()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        var name = new BackupName("app", Time, "bbbbbbbb");
        await _shelf.WriteManifestAsync(name, AManifest.Of(name) with { Parts = AManifest.Of(new("app", Time, "aaaaaaaa")).Parts }, Cancelled);

        var backup = await _shelf.FindAsync("bbbbbbbb", Cancelled);

        Assert.Equal("The manifest names the file app-20261025T030405Z-aaaaaaaa.schema.dump.zst, which is another backup's.", backup!.Damage);
    }

    [Fact]
    public async Task Backups_are_listed_newest_first()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        await PublishAsync("app_test", Time.AddDays(1), "bbbbbbbb");
        await PublishAsync("app-test", Time.AddDays(2), "cccccccc");

        Assert.Equal(["cccccccc", "bbbbbbbb", "aaaaaaaa"], (await _shelf.ListAsync(Cancelled)).Select(backup => backup.Manifest.Id));
    }

    [Fact]
    public async Task A_missing_file_is_damage_and_so_is_another_size()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        var file = Path.Combine(_root, "app-20261025T030405Z-aaaaaaaa.schema.dump.zst");
        await File.WriteAllBytesAsync(file, [1, 2], Cancelled);
        var shorter = (await _shelf.FindAsync("aaaaaaaa", Cancelled))!;
        File.Delete(file);
        var missing = (await _shelf.FindAsync("aaaaaaaa", Cancelled))!;

        Assert.Equal($"The file app-20261025T030405Z-aaaaaaaa.schema.dump.zst in {_root} has 2 bytes; the manifest says 3.", shorter.Damage);
        Assert.Equal($"The file app-20261025T030405Z-aaaaaaaa.schema.dump.zst is missing in {_root}.", missing.Damage);
        Assert.Equal(BackupState.Corrupt, missing.State);
    }

    [Fact]
    public async Task Only_its_own_files_go_with_a_backup()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        string[] others = ["app-20261025T030405Z-aaaaaaaab.json", "app-20261025T030405Z-bbbbbbbb.json", "app_test-20261025T030405Z-aaaaaaaa.json"];
        foreach (var other in others)
        {
            await WriteAsync(other);
        }

        await _shelf.DeleteAsync(new("app", Time, "aaaaaaaa"), Cancelled);

        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.GetFiles(_root).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task PublishAsync(string database, DateTimeOffset time, string id)
    {
        var name = new BackupName(database, time, id);
        await WriteAsync($"{name}.schema.dump.zst");
        await _shelf.WriteManifestAsync(name, AManifest.Of(name), Cancelled);
    }

    private Task WriteAsync(string file) => File.WriteAllBytesAsync(Path.Combine(_root, file), [1, 2, 3], Cancelled);
}
