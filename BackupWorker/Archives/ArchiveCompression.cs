namespace ProdReady.BackupWorker.Archives;

/// <summary>How an archive's content is compressed.</summary>
internal enum ArchiveCompression
{
    /// <summary>Zstandard (RFC 8878): frames, one after the other, as <c>zstd -d</c> reads them.</summary>
    Zstd,

    /// <summary>gzip (RFC 1952): members, one after the other, as <c>gunzip</c> reads them.</summary>
    Gzip,

    /// <summary>Not at all.</summary>
    None,
}
