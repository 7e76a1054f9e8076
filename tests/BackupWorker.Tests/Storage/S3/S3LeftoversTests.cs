using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>Files of several objects, listed and removed, and what is left of others.</summary>
public sealed class S3LeftoversTests(S3rver server) : ContinuedFiles(server)
{
    private const string Foreign = "holiday.mkv";

    [Fact]
    public async Task A_list_counts_a_file_s_own_continuations()
    {
        await WriteAsync(Content);
        await WriteAsync([1, 2, 3], $"{File}-2");
        await WriteAsync(Content[..Full], $"{File}.enc");
        // Left by another upload of that name, and by one of a file that never came to be
        await PutAsync(S3Continuation.Of(File, OtherMark, 2), [1]);
        await PutAsync(S3Continuation.Of(Foreign, OtherMark, 2), [1]);
        Handler.Requests.Clear();

        Assert.Equal([(File, Content.Length), ($"{File}-2", 3), ($"{File}.enc", Full)], await FilesAsync());

        Assert.Equal(["GET", "HEAD", "HEAD"], Handler.Requests.Select(request => request.Method.Method));
    }

    [Fact]
    public async Task A_removed_file_s_continuations_are_gone()
    {
        await WriteAsync(Content);
        await PutAsync(S3Continuation.Of(File, OtherMark, 2), [1]);
        await WriteAsync(Content[..Full], $"{File}.enc");

        await Storage.DeleteAsync(File, Cancelled);

        Assert.Equal([($"{File}.enc", Full), (await NameAsync(2, $"{File}.enc"), 0)], (await ObjectsAsync()).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_removal_that_broke_off_is_repeated(int request)
    {
        await WriteAsync(Content);
        var requests = 0;
        Handler.FaultOf = _ => ++requests == request ? S3Fault.Reset : null;

        await Assert.ThrowsAsync<StorageException>(() => Storage.DeleteAsync(File, Cancelled));
        Assert.Equal(File, Assert.Single(await FilesAsync()).Name);

        await Storage.DeleteAsync(File, Cancelled);
        Assert.Empty(await ObjectsAsync());
    }

    [Fact]
    public async Task Segments_of_the_log_are_removed_by_one_request()
    {
        await Storage.DeleteAsync("main.wal.0123456789abcdef.000000010000000000000002.zst.enc", Cancelled);

        Assert.Equal("DELETE", Assert.Single(Handler.Requests).Method.Method);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_killed_run_completed_is_removed_and_nothing_else(bool listsUploads)
    {
        Handler.ListsUploads = listsUploads;
        await WriteAsync(Content);
        await using var killed = await KilledAsync($"{File}.enc");
        await using var foreign = await KilledAsync(Foreign);
        // Of the file's own object there is an upload, of the next one an object, of the one after that an upload
        Assert.Equal(5, (await ObjectsAsync()).Count);

        Assert.Equal([$"{File}.enc"], await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));
        Assert.Empty(await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));

        Assert.Equal(Content, await ReadAsync());
        Assert.Equal(4, (await ObjectsAsync()).Count);
        await foreign.CommitAsync(Cancelled);
        Assert.Equal([(File, Content.Length), (Foreign, (3 * Full) + 1)], await FilesAsync());
    }

    [Fact]
    public async Task What_a_replaced_file_went_on_in_is_removed()
    {
        await WriteAsync(new byte[(3 * Full) + 1]);
        await WriteAsync(Content);
        Assert.Equal(6, (await ObjectsAsync()).Count);

        Assert.Equal([File], await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));

        Assert.Equal(3, (await ObjectsAsync()).Count);
        Assert.Equal(Content, await ReadAsync());
    }

    /// <summary>It can still be put together by hand.</summary>
    [Fact]
    public async Task What_a_file_goes_on_in_stays_though_the_file_was_copied_without_what_it_said_of_itself()
    {
        await WriteAsync(Content);
        await PutAsync(File, Content[..Full]);

        Assert.Empty(await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));

        Assert.Equal(3, (await ObjectsAsync()).Count);
    }

    [Fact]
    public async Task Disposed_without_a_commit_nothing_stays()
    {
        await (await KilledAsync(File)).DisposeAsync();

        Assert.Empty(await ObjectsAsync());
        Assert.Empty(await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled));
    }
}
