using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

public sealed class BackupDirectoryTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 10, 25, 3, 4, 5, TimeSpan.Zero);

    private readonly string _root = Directory.CreateTempSubdirectory("prodready-storage-").FullName;
    private readonly BackupDirectory _directory;

    public BackupDirectoryTests() => _directory = new(
        Options.Create(new BackupsOptions { Directory = _root }), NullLogger<BackupDirectory>.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_exists_until_it_is_published()
    {
        await using (var archive = _directory.Create(new("app", Time, "aaaaaaaa")))
        {
            await archive.Content.WriteAsync(new byte[] { 1, 2, 3 }, Cancelled);
            await archive.CloseAsync(Cancelled);
            Assert.Empty(_directory.List());

            archive.Publish(Manifest("app", Time, "aaaaaaaa"));
        }

        var stored = Assert.Single(_directory.List());
        Assert.Null(stored.Damage);
        Assert.Equal(["app-20261025T030405Z-aaaaaaaa.dump", "app-20261025T030405Z-aaaaaaaa.json"], Names());
    }

    [Fact]
    public async Task What_is_not_published_is_gone()
    {
        await using (var archive = _directory.Create(new("app", Time, "aaaaaaaa")))
        {
            await archive.Content.WriteAsync(new byte[] { 1, 2, 3 }, Cancelled);
        }

        Assert.Empty(Names());
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_written_takes_its_archive_with_it()
    {
        await using (var archive = _directory.Create(new("app", Time, "aaaaaaaa")))
        {
            await archive.CloseAsync(Cancelled);
            // In the manifest's way
            await File.WriteAllTextAsync(_directory.PathOf("app-20261025T030405Z-aaaaaaaa", ".json"), "", Cancelled);

            Assert.Throws<IOException>(() => archive.Publish(Manifest("app", Time, "aaaaaaaa")));
        }

        Assert.Equal(["app-20261025T030405Z-aaaaaaaa.json"], Names());
    }

    [Fact]
    public async Task A_broken_manifest_hides_no_other_backup()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        await File.WriteAllTextAsync(_directory.PathOf("app-20261025T030405Z-bbbbbbbb", ".json"), "{ \"id\": ", Cancelled);
        await File.WriteAllTextAsync(_directory.PathOf("app-20261025T030405Z-cccccccc", ".json"), "{ \"id\": \"cccccccc\" }", Cancelled);

        Assert.Equal("aaaaaaaa", Assert.Single(_directory.List()).Manifest.Id);
    }

    [Fact]
    public async Task The_newest_is_looked_for_in_the_same_database_only()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        await PublishAsync("app_test", Time.AddDays(1), "bbbbbbbb");
        await PublishAsync("app-test", Time.AddDays(2), "cccccccc");

        Assert.Equal(Time, _directory.NewestOf("app"));
        Assert.Null(_directory.NewestOf("ap"));
        Assert.Equal(["cccccccc", "bbbbbbbb", "aaaaaaaa"], _directory.List().Select(backup => backup.Manifest.Id));
    }

    [Fact]
    public async Task A_missing_archive_is_damage()
    {
        await PublishAsync("app", Time, "aaaaaaaa");
        File.Delete(_directory.PathOf("app-20261025T030405Z-aaaaaaaa", ".dump"));

        Assert.Equal("The archive app-20261025T030405Z-aaaaaaaa.dump is missing.", _directory.Find("aaaaaaaa")!.Damage);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task PublishAsync(string database, DateTimeOffset time, string id)
    {
        await using var archive = _directory.Create(new(database, time, id));
        await archive.Content.WriteAsync(new byte[] { 1, 2, 3 }, Cancelled);
        await archive.CloseAsync(Cancelled);
        archive.Publish(Manifest(database, time, id));
    }

    private IEnumerable<string> Names() => Directory.GetFiles(_root).Select(file => Path.GetFileName(file)!).Order();

    private static BackupManifest Manifest(string database, DateTimeOffset time, string id) => new()
    {
        Id = id,
        Database = database,
        State = BackupManifest.Ok,
        StartedAt = time,
        CompletedAt = time.AddSeconds(1),
        Size = 3,
        Sha256 = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
        ToolVersion = "17.11",
        ServerVersion = "17.11",
        Locale = new("UTF8", "C", "C", "c", null),
        Roles = new([], []),
        Content = new DatabaseContent([], 0),
    };
}
