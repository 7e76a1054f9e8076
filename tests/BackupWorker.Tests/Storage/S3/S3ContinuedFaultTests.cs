using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>
/// A file of three objects whose every request fails in turn. They are: of the file's own object begun and two parts, of the next one
/// begun, two parts and completed, the last one, and the first one completed.
/// </summary>
public sealed class S3ContinuedFaultTests : ContinuedFiles
{
    private const int Requests = 9;
    private const int FirstThatCompletes = 7;

    private readonly S3rver _server;

    public S3ContinuedFaultTests(S3rver server)
        : base(server) => _server = server;

    public static TheoryData<S3Fault, int, bool> Faults =>
    [
        .. from fault in Enum.GetValues<S3Fault>()
           from request in Enumerable.Range(1, Requests)
           from times in Enumerable.Range(1, 2)
           select new TheoryDataRow<S3Fault, int, bool>(fault, request, times == 1),
    ];

    public static TheoryData<S3Fault, int> FaultsOfRemoval =>
    [
        .. from fault in new[] { S3Fault.Reset, S3Fault.LostAnswer, S3Fault.ServerError, S3Fault.Denied }
           from request in Enumerable.Range(Requests + 2, 7)
           select new TheoryDataRow<S3Fault, int>(fault, request),
    ];

    public static TheoryData<int> EveryRequest => [.. Enumerable.Range(1, Requests)];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failed_write_leaves_nothing(S3Fault fault, int request, bool once)
    {
        Handler.FaultOf = number => number == request || (!once && number > request) ? fault : null;
        var failure = await Record.ExceptionAsync(() => WriteAsync(Content));
        Handler.FaultOf = _ => null;

        if (fault == S3Fault.LostAnswer && once && request >= FirstThatCompletes)
        {
            Assert.Null(failure);
        }

        if (failure is null)
        {
            Assert.Equal(Content, await ReadAsync());
            return;
        }

        Assert.IsType<StorageException>(failure);
        if (once)
        {
            Assert.Empty(await ObjectsAsync());
        }

        await AssertWholeOrNothingAsync();
    }

    /// <summary>The last request fails, the look for its outcome as well, and then one of those that remove everything.</summary>
    [Theory]
    [MemberData(nameof(FaultsOfRemoval))]
    public async Task A_removal_that_fails_leaves_no_part_of_a_file(S3Fault fault, int request)
    {
        Handler.FaultOf = number => number is Requests or Requests + 1 || number == request ? fault : null;
        Assert.IsType<StorageException>(await Record.ExceptionAsync(() => WriteAsync(Content)));
        Handler.FaultOf = _ => null;

        await AssertWholeOrNothingAsync();
    }

    [Theory]
    [MemberData(nameof(EveryRequest))]
    public async Task A_cancelled_write_leaves_nothing(int request)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Handler.BeforeAsync = number => number == request ? cancelled.CancelAsync() : Task.CompletedTask;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var writer = await Storage.CreateAsync(File, cancelled.Token);
            await writer.Content.WriteAsync(Content, cancelled.Token);
            await writer.CommitAsync(cancelled.Token);
        });

        Assert.Empty(await ObjectsAsync());
        AssertNoUploads();
    }

    [Theory]
    [InlineData(S3Fault.Reset)]
    [InlineData(S3Fault.ServerError)]
    [InlineData(S3Fault.Denied)]
    public async Task A_continuation_that_is_away_is_not_taken_for_missing(S3Fault fault)
    {
        await WriteAsync(Content);
        var requests = 0;
        Handler.FaultOf = _ => ++requests == 2 ? fault : null;

        var failure = await Assert.ThrowsAsync<StorageException>(() => ReadAsync());

        Assert.StartsWith($"{Storage.Location}/{await NameAsync(2)} cannot be read: {Options.Endpoint} ", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A store that stays away keeps what it has until the next run; but never a file that lacks something.</summary>
    private async Task AssertWholeOrNothingAsync()
    {
        var files = await FilesAsync();
        Assert.All(files, file => Assert.Equal((File, Content.Length), file));

        await Storage.RemoveUnfinishedAsync(FileNames.IsOfBackup, Cancelled);
        AssertNoUploads();
        Assert.Equal(files.Count * 3, (await ObjectsAsync()).Count);
        if (files.Count > 0)
        {
            Assert.Equal(Content, await ReadAsync());
        }
    }

    private void AssertNoUploads() =>
        Assert.DoesNotContain(_server.Uploads, upload => upload.Value.StartsWith(Options.Prefix!, StringComparison.Ordinal));
}
