namespace ProdReady.BackupWorker.Archives;

/// <summary>How backups are compressed: <c>Backups:Archives</c>.</summary>
public sealed class ArchiveOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups:Archives";

    private const int MostByDefault = 8;

    /// <summary><c>zstd</c>, <c>gzip</c> or <c>none</c> (<c>BACKUP_COMPRESSION</c>). What is already stored is read whatever this says.</summary>
    public string Compression { get; set; } = "zstd";

    /// <summary>1 to 12 for zstd, 1 to 9 for gzip: higher is smaller and slower, and takes more memory. Default: 3 for zstd, 6 for gzip.</summary>
    public int? CompressionLevel { get; set; }

    /// <summary>How many blocks are compressed or decompressed at a time, of all archives together; 0 (the default) for one per processor, at most 8.</summary>
    public int Threads { get; set; }

    /// <summary><see cref="Threads"/>, or what it stands for: on a large machine the service is not alone, and memory grows with them.</summary>
    internal int EffectiveThreads => Threads > 0 ? Threads : Math.Min(Environment.ProcessorCount, MostByDefault);
}
