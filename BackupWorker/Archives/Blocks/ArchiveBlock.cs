namespace ProdReady.BackupWorker.Archives.Blocks;

/// <summary>A piece of an archive on its way: what came in, and what becomes of it.</summary>
internal sealed class ArchiveBlock : IDisposable
{
    public PooledBuffer Source { get; private set; } = new();
    public PooledBuffer Result { get; private set; } = new();

    /// <summary>The bytes of content that it stands for, as far as they are known when it is filled.</summary>
    public int ContentSize { get; set; }

    /// <summary>Passes on what came in as it is.</summary>
    public void Swap() => (Source, Result) = (Result, Source);

    public void Dispose()
    {
        Source.Dispose();
        Result.Dispose();
    }
}
