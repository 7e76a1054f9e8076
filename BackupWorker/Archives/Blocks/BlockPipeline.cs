using System.Threading.Channels;

namespace ProdReady.BackupWorker.Archives.Blocks;

/// <summary>
/// Blocks are filled, transformed in parallel and drained in order, all at the same time. Who fills waits for a free block, so that
/// memory is bounded whatever the archive's size and however slow its destination is.
/// </summary>
/// <param name="threads">How many blocks of all archives together are transformed at a time.</param>
internal sealed class BlockPipeline(int threads) : IDisposable
{
    /// <summary>One more that is being filled, and one that is being drained.</summary>
    private readonly int _blocks = threads + 2;

    // One for all archives: side by side they are not faster than the processors are
    private readonly SemaphoreSlim _free = new(threads);

    /// <summary>Works until nothing is left to be filled.</summary>
    /// <remarks>
    /// What fails first ends all of it and comes out. Nothing runs on after that: the buffers are free, and no task is left that
    /// nobody looks at.
    /// </remarks>
    public async Task RunAsync(IBlockWork work, CancellationToken cancellationToken)
    {
        var blocks = Enumerable.Range(0, _blocks).Select(_ => new ArchiveBlock()).ToArray();
        var free = Channel.CreateUnbounded<ArchiveBlock>();
        var filled = Channel.CreateUnbounded<Task<ArchiveBlock>>();
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Array.ForEach(blocks, block => free.Writer.TryWrite(block));

        // Not before the other has started: a source may answer without ever giving the thread back
        var filling = Task.Run(() => FillAsync(work, free.Reader, filled.Writer, all.Token), CancellationToken.None);
        var draining = Task.Run(() => DrainAsync(work, filled.Reader, free.Writer, all.Token), CancellationToken.None);
        try
        {
            var first = await Task.WhenAny(filling, draining);
            if (first.IsCompletedSuccessfully)
            {
                first = draining;
                await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await all.CancelAsync();
            await Task.WhenAll(filling, draining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await LeaveAsync(filled.Reader);
            if (first.IsCanceled)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            await first;
        }
        finally
        {
            Array.ForEach(blocks, block => block.Dispose());
        }
    }

    public void Dispose() => _free.Dispose();

    private async Task FillAsync(
        IBlockWork work, ChannelReader<ArchiveBlock> free, ChannelWriter<Task<ArchiveBlock>> filled, CancellationToken cancellationToken)
    {
        while (true)
        {
            var block = await free.ReadAsync(cancellationToken);
            if (!await work.FillAsync(block, cancellationToken))
            {
                // Only a good end is one: after a failure the other side is cancelled instead
                filled.Complete();
                return;
            }

            filled.TryWrite(TransformAsync(work, block, cancellationToken));
        }
    }

    private async Task<ArchiveBlock> TransformAsync(IBlockWork work, ArchiveBlock block, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => work.Transform(block), CancellationToken.None);
            block.Source.Clear();
            return block;
        }
        finally
        {
            _free.Release();
        }
    }

    private static async Task DrainAsync(
        IBlockWork work, ChannelReader<Task<ArchiveBlock>> filled, ChannelWriter<ArchiveBlock> free, CancellationToken cancellationToken)
    {
        await foreach (var transformed in filled.ReadAllAsync(cancellationToken))
        {
            var block = await transformed;
            await work.DrainAsync(block, cancellationToken);
            block.Result.Clear();
            free.TryWrite(block);
        }
    }

    private static async Task LeaveAsync(ChannelReader<Task<ArchiveBlock>> filled)
    {
        while (filled.TryRead(out var transformed))
        {
            await ((Task)transformed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
