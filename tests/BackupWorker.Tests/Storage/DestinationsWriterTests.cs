using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;

namespace ProdReady.BackupWorker.Tests.Storage;

public sealed class DestinationsWriterTests : IDisposable
{
    private const string File = $"{StorageContract.Backup}.schema.dump";

    private readonly string _root = Directory.CreateTempSubdirectory("prodready-destinations-").FullName;
    private readonly FaultyStorage _one;
    private readonly FaultyStorage _two;

    public DestinationsWriterTests()
    {
        _one = new(new FolderStorage("one", Path.Combine(_root, "one"), NullLogger<FolderStorage>.Instance));
        _two = new(new FolderStorage("two", Path.Combine(_root, "two"), NullLogger<FolderStorage>.Instance));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_goes_everywhere()
    {
        Assert.Equal([new("one", null), new("two", null)], await WriteAsync());

        Assert.Equal([1, 2, 3, 4], await ReadAsync("one"));
        Assert.Equal([1, 2, 3, 4], await ReadAsync("two"));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("commit")]
    public async Task One_that_fails_does_not_hinder_the_other(string step)
    {
        _one.Broken = step;

        Assert.Equal([new("one", $"The {step} failed."), new("two", null)], await WriteAsync());

        Assert.Empty(Files("one"));
        Assert.Equal([1, 2, 3, 4], await ReadAsync("two"));
    }

    [Theory]
    [InlineData("create", "commit")]
    [InlineData("write", "write")]
    [InlineData("commit", "commit")]
    public async Task All_that_fail_are_named(string one, string two)
    {
        (_one.Broken, _two.Broken) = (one, two);

        var failure = await Assert.ThrowsAsync<StorageException>(WriteAsync);

        Assert.Equal($"No destination took {File}. one: The {one} failed. two: The {two} failed.", failure.Message);
        Assert.Empty(Files("one"));
        Assert.Empty(Files("two"));
    }

    [Fact]
    public async Task Without_a_commit_nothing_stays_anywhere()
    {
        await using (var writer = await DestinationsWriter.CreateAsync([_one, _two], File, Cancelled))
        {
            await writer.Content.WriteAsync(new byte[] { 1 }, Cancelled);
            Assert.Equal([$"{File}.partial"], Files("one"));
        }

        Assert.Empty(Files("one"));
        Assert.Empty(Files("two"));
    }

    [Fact]
    public async Task The_slowest_gives_the_pace()
    {
        var slow = new TaskCompletionSource();
        _two.Pace = slow.Task;
        await using var writer = await DestinationsWriter.CreateAsync([_one, _two], File, Cancelled);

        var write = writer.Content.WriteAsync(new byte[] { 1 }, Cancelled).AsTask();
        Assert.False(write.IsCompleted);

        slow.SetResult();
        await write;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task<IReadOnlyList<DestinationResult>> WriteAsync()
    {
        await using var writer = await DestinationsWriter.CreateAsync([_one, _two], File, Cancelled);
        await writer.Content.WriteAsync(new byte[] { 1, 2 }, Cancelled);
        await writer.Content.WriteAsync(new byte[] { 3, 4 }, Cancelled);
        return await writer.CommitAsync(Cancelled);
    }

    private Task<byte[]> ReadAsync(string destination) =>
        System.IO.File.ReadAllBytesAsync(Path.Combine(_root, destination, File), Cancelled);

    private IEnumerable<string> Files(string destination) => Directory.Exists(Path.Combine(_root, destination))
        ? Directory.GetFiles(Path.Combine(_root, destination)).Select(file => Path.GetFileName(file)!)
        : [];
}
