namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>What a stored file of the write-ahead log holds.</summary>
internal enum WalFileKind
{
    /// <summary>A whole segment, or the history of a timeline.</summary>
    Whole,

    /// <summary>What makes a whole one exist: its size and hash.</summary>
    Facts,

    /// <summary>The segment that is being filled, up to some position.</summary>
    Tail,

    /// <summary>Which of the tails counts, its size and hash.</summary>
    TailFacts,
}
