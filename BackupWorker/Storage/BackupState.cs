namespace ProdReady.BackupWorker.Storage;

/// <summary>What is known of one copy of a backup.</summary>
internal enum BackupState
{
    /// <summary>Read back from storage, decrypted, decompressed and decoded as a whole.</summary>
    Ok,

    /// <summary>Stored, but not proved.</summary>
    Unverified,

    /// <summary>A file is missing or is not the one that was written.</summary>
    Corrupt,
}
