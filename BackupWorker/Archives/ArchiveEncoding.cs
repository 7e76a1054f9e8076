using ProdReady.BackupWorker.Archives.Compression;

namespace ProdReady.BackupWorker.Archives;

/// <summary>How archives are compressed, by the settings.</summary>
/// <param name="Compression">By what.</param>
/// <param name="Level">How hard.</param>
internal sealed record ArchiveEncoding(ArchiveCompression Compression, int Level)
{
    /// <summary>The settings, which were validated.</summary>
    public static ArchiveEncoding From(ArchiveOptions options)
    {
        var compression = TryRead(options.Compression) ?? throw new BackupException($"There is no compression '{options.Compression}'.");
        return new(compression, options.CompressionLevel ?? DefaultLevel(compression));
    }

    public static ArchiveCompression? TryRead(string compression) => compression.ToUpperInvariant() switch
    {
        "ZSTD" => ArchiveCompression.Zstd,
        "GZIP" => ArchiveCompression.Gzip,
        "NONE" => ArchiveCompression.None,
        _ => null,
    };

    // Above 12 zstd takes tens of megabytes for each thread
    public static int HighestLevel(ArchiveCompression compression) => compression == ArchiveCompression.Zstd ? 12 : 9;

    public static int DefaultLevel(ArchiveCompression compression) => compression == ArchiveCompression.Zstd ? 3 : 6;

    /// <summary>What the names of encrypted files end in.</summary>
    public const string EncryptedSuffix = ".enc";

    /// <summary>What names of such files end in, before encryption's own suffix.</summary>
    public static string Suffix(ArchiveCompression compression) => compression switch
    {
        ArchiveCompression.Zstd => ".zst",
        ArchiveCompression.Gzip => ".gz",
        _ => "",
    };

    public IBlockTransform CreateTransform() => Compression switch
    {
        ArchiveCompression.Zstd => new ZstdCompression(Level),
        ArchiveCompression.Gzip => new GzipCompression(Level),
        _ => new Unchanged(),
    };
}
