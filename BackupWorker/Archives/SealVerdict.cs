namespace ProdReady.BackupWorker.Archives;

/// <summary>What a manifest's seal proves.</summary>
internal enum SealVerdict
{
    /// <summary>Somebody who has the key wrote it as it is.</summary>
    Genuine,

    /// <summary>It is not damaged. Nobody vouches for it: no key was configured when it was written.</summary>
    Intact,

    /// <summary>
    /// Nothing: it is sealed with a key that is not configured, or without one where one is configured. It may be shown, and must not be
    /// relied on.
    /// </summary>
    NotProved,
}
