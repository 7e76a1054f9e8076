using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>Alone, as what the whole process allocates is counted.</summary>
[CollectionDefinition(nameof(BoundedMemoryTests), DisableParallelization = true)]
[Collection(nameof(BoundedMemoryTests))]
public sealed class BoundedMemoryTests(ITestOutputHelper output)
{
    private const long Size = 256L * 1024 * 1024;
    private const long Bound = 40L * 1024 * 1024;

    [Fact]
    public async Task Any_size_takes_the_same_memory()
    {
        using var codec = TestArchives.Codec(TestArchives.First);
        var path = Path.GetTempFileName();
        await using var stored = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, _) => unobserved++;
        TaskScheduler.UnobservedTaskException += count;

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var facts = await codec.WriteAsync("a", new Generated(Size), stored, null, TestContext.Current.CancellationToken);
        var written = GC.GetTotalAllocatedBytes(precise: true) - before;
        stored.Position = 0;
        await codec.ReadAsync("a", facts, stored, Stream.Null, null, TestContext.Current.CancellationToken);
        var read = GC.GetTotalAllocatedBytes(precise: true) - before - written;

        await Assert.ThrowsAsync<IOException>(() => codec.WriteAsync(
            "a", new Generated(10_000_000, fails: true), Stream.Null, null, TestContext.Current.CancellationToken));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= count;

        output.WriteLine($"{Size} bytes of content, {facts.Size} stored; allocated {written} to write and {read} to read");
        Assert.Equal(Size, facts.ContentSize);
        Assert.InRange(written, 1, Bound);
        Assert.InRange(read, 1, Bound);
        Assert.Equal(0, unobserved);
    }

    private sealed class Generated(long size, bool fails = false) : ReadOnlyStream
    {
        private readonly byte[] _pattern = TestArchives.Content(300_007);
        private long _given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var offset = (int)(_given % _pattern.Length);
            var given = (int)Math.Min(Math.Min(buffer.Length, _pattern.Length - offset), size - _given);
            if (given == 0 && fails)
            {
                throw new IOException("The pipe is broken.");
            }

            _pattern.AsMemory(offset, given).CopyTo(buffer);
            _given += given;
            return ValueTask.FromResult(given);
        }
    }
}
