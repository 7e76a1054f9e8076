using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Archives;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

/// <summary>A pg_restore that stops reading in the middle of an archive.</summary>
public sealed class ArchiveFeedTests : IDisposable
{
    private const int Size = 4_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("prodready-feed-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_restore_that_has_failed_reads_no_further()
    {
        var (exit, read) = await RestoreAsync("head -c 1000 > /dev/null; echo 'pg_restore: error: simulated' >&2; exit 1", "zstd");

        Assert.Equal("pg_restore failed with exit code 1. pg_restore: error: simulated", exit.Error);
        Assert.InRange(read, 1, Size / 2);
    }

    [Theory]
    [InlineData("zstd", 0)]
    // Nothing but the whole file's hash tells here whether pg_restore was given what was written
    [InlineData("none", 1)]
    public async Task One_that_has_seen_enough_or_cannot_know_better_is_read_to_its_end(string compression, int exitCode)
    {
        var (exit, read) = await RestoreAsync($"head -c 1000 > /dev/null; exit {exitCode}", compression);

        Assert.Equal(exitCode, exit.Code);
        Assert.True(read >= Size);
    }

    [Fact]
    public async Task What_is_verified_is_proved_to_its_end_even_if_it_cannot_be_decoded()
    {
        var (feed, part, storage, program) = await PrepareAsync("head -c 1000 > /dev/null; exit 1", "zstd");

        var exit = await feed.DecodeAsync(storage, part, program, null, Cancelled);

        Assert.Equal(1, exit.Code);
        Assert.Equal(storage.Content.Length, storage.Content.Position);
    }

    private async Task<(ToolExit Exit, long Read)> RestoreAsync(string script, string compression)
    {
        var (feed, part, storage, program) = await PrepareAsync(script, compression);
        var exit = await feed.RunAsync(storage, part, program, [], new Dictionary<string, string>(), new HashSet<string>(), null, Cancelled);
        return (exit, storage.Content.Position);
    }

    private async Task<(ArchiveFeed Feed, ManifestPart Part, OneFile Storage, string Program)> PrepareAsync(string script, string compression)
    {
        var program = Path.Combine(_folder, "pg_restore");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n", Cancelled);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Not disposed before the feed has read
        var codec = TestArchives.Codec(compression: compression, layout: TestArchives.Small with { BlockSize = 10_000 });
        var content = new byte[Size];
        new Random(1).NextBytes(content);
        var (bytes, facts) = await codec.WriteAsync(content);
        return (new(codec), new(PartKind.Data, TestArchives.File, facts), new(new(bytes)), program);
    }

    private sealed class OneFile(MemoryStream content) : IBackupStorage
    {
        public MemoryStream Content => content;

        public string Name => "memory";

        public string Location => "memory";

        public Task<Stream> OpenAsync(string file, CancellationToken cancellationToken) => Task.FromResult<Stream>(new Kept(content));

        public Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string file, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<string?> WhyNotAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>Its position can be asked after it was closed.</summary>
    private sealed class Kept(MemoryStream content) : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            content.ReadAsync(buffer, cancellationToken);
    }
}
