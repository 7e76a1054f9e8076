using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>Whatever ends too early, its exception comes out, and nothing hangs or runs on.</summary>
public sealed class FailingStreamTests : IDisposable
{
    private readonly ArchiveCodec _codec = TestArchives.Codec(TestArchives.First, layout: TestArchives.Small);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _codec.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(5000)]
    public async Task A_source_that_fails_is_told(int after)
    {
        var broken = new IOException("The pipe is broken.");

        var failure = await Assert.ThrowsAsync<IOException>(
            () => _codec.WriteAsync("a", new Source { Ends = after, Failure = broken }, Stream.Null, null, Cancellation));

        Assert.Same(broken, failure);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_destination_that_fails_is_told_even_if_the_source_never_ends(int writes)
    {
        var full = new StorageException("The disk is full.");

        Assert.Same(full, await Assert.ThrowsAsync<StorageException>(
            () => _codec.WriteAsync("a", new Source(), new Sink { Writes = writes, Failure = full }, null, Cancellation)));
        Assert.Same(full, await Assert.ThrowsAsync<StorageException>(
            () => _codec.WriteAsync("a", new Source { Ends = 3000, Hangs = true }, new Sink { Writes = writes, Failure = full }, null, Cancellation)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelled_it_ends(bool hangs)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var source = hangs ? new Source { Ends = 3000, Hangs = true } : new Source();
        var writing = _codec.WriteAsync("a", source, Stream.Null, new Reported(cancel.Cancel), cancel.Token);

        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);

        Assert.Equal(cancel.Token, ended.CancellationToken);
    }

    [Fact]
    public async Task A_stored_file_that_cannot_be_read_further_is_told()
    {
        var gone = new StorageException("The connection is gone.");
        var facts = new ArchiveFacts(1_000_000, "", 1_000_000, ArchiveCompression.None, null);

        Assert.Same(gone, await Assert.ThrowsAsync<StorageException>(
            () => _codec.ReadAsync("a", facts, new Source { Ends = 500_000, Failure = gone }, Stream.Null, null, Cancellation)));
    }

    [Fact]
    public async Task Who_cannot_take_content_is_told()
    {
        var (bytes, facts) = await _codec.WriteAsync(TestArchives.Content(3000));
        var full = new IOException("The disk is full.");

        Assert.Same(full, await Assert.ThrowsAsync<IOException>(() => _codec.ReadAsync(
            TestArchives.File, facts, new MemoryStream(bytes), new Sink { Writes = 2, Failure = full }, null, Cancellation)));
    }

    [Fact]
    public async Task A_slow_destination_holds_the_source_back()
    {
        const int Blocks = 4;
        var source = new Source { Ends = 50_000 };
        var furthest = 0L;
        var drained = 0L;
        source.Reading = () => furthest = Math.Max(furthest, source.Given - Interlocked.Read(ref drained));

        await _codec.WriteAsync("a", source, Stream.Null, new Reported(() => Interlocked.Add(ref drained, TestArchives.Small.BlockSize)), Cancellation);

        Assert.InRange(furthest, 1, (Blocks + 1) * TestArchives.Small.BlockSize);
    }

    private sealed class Reported(Action action) : IProgress<long>
    {
        public void Report(long value) => action();
    }

    private sealed class Source : ReadOnlyStream
    {
        public long Ends { get; init; } = long.MaxValue;
        public Exception? Failure { get; init; }
        public bool Hangs { get; init; }
        public Action Reading { get; set; } = () => { };
        public long Given { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Reading();
            var given = (int)Math.Min(buffer.Length, Ends - Given);
            if (given == 0 && Failure is not null)
            {
                throw Failure;
            }

            if (given == 0 && Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            Random.Shared.NextBytes(buffer.Span[..given]);
            Given += given;
            return given;
        }
    }

    private sealed class Sink : MemoryStream
    {
        public int Writes { get; init; }
        public required Exception Failure { get; init; }
        private int Tried { get; set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ++Tried > Writes ? throw Failure : ValueTask.CompletedTask;
    }
}
