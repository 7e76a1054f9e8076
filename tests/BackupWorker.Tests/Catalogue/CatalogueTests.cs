using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.BackupWorker.Verifying;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Catalogue;

/// <summary>Manifests that are not read from storage twice, and never believed because the database says so.</summary>
public sealed class CatalogueTests(DataStores stores) : IAsyncLifetime
{
    private BackupsFixture _fixture = null!;
    private IServiceProvider _services = null!;
    private HttpClient _client = null!;
    private string _manifest = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Path => System.IO.Path.Combine(_fixture.Directory, _manifest);

    public async ValueTask InitializeAsync()
    {
        _fixture = await BackupsFixture.CreateAsync(stores);
        var app = _fixture.Start();
        _services = app.Services;
        _client = BackupsFixture.ClientOf(app);
        await BackupsFixture.BackUpAsync(_client);
        _manifest = _fixture.Files.Single(file => file.EndsWith(".json", StringComparison.Ordinal) && !file.EndsWith(".check.json", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_starts_reads_no_manifest_that_another_one_has_read()
    {
        var (shelf, storage) = Open();

        Assert.Equal(_manifest, Assert.Single(await shelf.ListAsync(Cancelled)).Name.ManifestFile);

        Assert.DoesNotContain(_manifest, storage.Opened);
    }

    [Theory]
    [InlineData("size = size + 1")]
    [InlineData("modified_at = modified_at + interval '1 microsecond'")]
    [InlineData("manifest = set_byte(manifest, 40, get_byte(manifest, 40) # 1)")]
    [InlineData("manifest = ''")]
    [InlineData("file = file || 'x'")]
    [InlineData("destination = 'another'")]
    public async Task A_row_that_is_not_that_file_is_replaced_by_it(string change)
    {
        await _fixture.ExecuteAsync($"UPDATE backups.manifests SET {change}");
        var (shelf, storage) = Open();

        Assert.Single(await shelf.ListAsync(Cancelled));

        Assert.Contains(_manifest, storage.Opened);
        var (again, untouched) = Open();
        Assert.Single(await again.ListAsync(Cancelled));
        Assert.DoesNotContain(_manifest, untouched.Opened);
    }

    [Fact]
    public async Task A_row_makes_no_backup()
    {
        File.Delete(Path);

        Assert.Empty(await Open().Shelf.ListAsync(Cancelled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_the_database_storage_is_read_and_it_is_not_asked_for_every_file(bool isReachable)
    {
        await using var source = NpgsqlDataSource.Create(
            isReachable ? _fixture.ConnectionTo("postgres") + ";Pooling=false" : "Host=127.0.0.1;Port=1;Username=x;Password=x");
        var log = new CountingLogger<ManifestCache>();
        var (shelf, storage) = Open(new ManifestCache(new(source), TimeProvider.System, log));

        for (var n = 0; n < 3; n++)
        {
            Assert.Single(await shelf.ListAsync(Cancelled));
        }

        Assert.Contains(_manifest, storage.Opened);
        // A table that is not there is a database that the service has not run on yet
        Assert.Equal(isReachable ? 0 : 1, log.Lines);
    }

    [Fact]
    public async Task Damage_of_the_file_is_found_by_a_verification_although_the_row_is_good()
    {
        var time = File.GetLastWriteTimeUtc(Path);
        var bytes = await File.ReadAllBytesAsync(Path, Cancelled);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(Path, bytes, Cancelled);
        File.SetLastWriteTimeUtc(Path, time);
        var copy = Assert.Single(await Open().Shelf.ListAsync(Cancelled));

        var outcome = await _services.GetRequiredService<VerifyHandler>().VerifyAsync(copy, null, Cancelled);

        Assert.StartsWith($"{_manifest} is damaged: ", Assert.IsType<VerifyOutcome.Corrupt>(outcome).Error, StringComparison.Ordinal);
        Assert.Equal(new CatalogueCounts("local", 1, 0, 0, 0, 0, 0, 1), Assert.Single(await CheckAsync()));
    }

    [Fact]
    public async Task The_catalogue_is_compared_and_made_anew()
    {
        Assert.Equal(new CatalogueCounts("local", 1, 1, 0, 0, 0, 0, 0), Assert.Single(await CheckAsync()));

        await _fixture.ExecuteAsync("UPDATE backups.manifests SET size = 1; INSERT INTO backups.manifests VALUES ('local', 'gone.json', 1, now(), '')");
        Assert.Equal(new CatalogueCounts("local", 1, 0, 0, 1, 1, 0, 0), Assert.Single(await CheckAsync()));

        await _fixture.ExecuteAsync("DELETE FROM backups.manifests");
        Assert.Equal(new CatalogueCounts("local", 1, 0, 1, 0, 0, 0, 0), Assert.Single(await CheckAsync()));

        Assert.Equal(
            new CatalogueCounts("local", 1, 1, 0, 0, 0, 0, 0),
            Assert.Single(await _services.GetRequiredService<ManifestCatalogue>().RebuildAsync(Cancelled)));
        Assert.Equal(new CatalogueCounts("local", 1, 1, 0, 0, 0, 0, 0), Assert.Single(await CheckAsync()));

        await _fixture.ExecuteAsync("UPDATE backups.manifests SET manifest = manifest || 'x'::bytea");
        Assert.Equal(new CatalogueCounts("local", 1, 0, 0, 0, 0, 1, 0), Assert.Single(await CheckAsync()));
    }

    [Fact]
    public async Task A_removed_backup_is_forgotten()
    {
        var shelf = _services.GetRequiredService<BackupShelves>().All[0];
        // The run looks at storage once more before it lets go of its lock
        await Eventually.ReadAsync(() => BackupsFixture.ScalarAsync<long>(
            _fixture.Database.ConnectionString,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"),
            locks => locks == 0);

        await shelf.DeleteAsync(Assert.Single(await shelf.ListAsync(Cancelled)).Name, Cancelled);

        Assert.Equal(0, await BackupsFixture.ScalarAsync<long>(_fixture.Database.ConnectionString, "SELECT count(*) FROM backups.manifests"));
    }

    private Task<IReadOnlyList<CatalogueCounts>> CheckAsync() => _services.GetRequiredService<ManifestCatalogue>().CheckAsync(Cancelled);

    /// <summary>The shelf as a process sees it that has just started.</summary>
    private (BackupShelf Shelf, FaultyStorage Storage) Open(ManifestCache? cache = null)
    {
        var storage = new FaultyStorage(new FolderStorage("local", _fixture.Directory, NullLogger<FolderStorage>.Instance));
        return (
            new(storage, _services.GetRequiredService<ManifestFiles>(), NullLogger<BackupShelf>.Instance, cache ?? _services.GetRequiredService<ManifestCache>()),
            storage);
    }

    private sealed class CountingLogger<T> : ILogger<T>
    {
        public int Lines { get; private set; }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines++;

        IDisposable? ILogger.BeginScope<TState>(TState state) => null;
    }
}
