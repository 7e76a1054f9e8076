namespace ProdReady.BackupWorker.Storage;

/// <summary>What a file of a backup holds, in the order in which a restore needs them.</summary>
internal enum PartKind
{
    /// <summary>The server's roles and tablespaces, as SQL from <c>pg_dumpall --globals-only</c>.</summary>
    Globals,

    /// <summary>pg_dump's custom format with the sections <c>pre-data</c> and <c>post-data</c>: everything but rows. Small.</summary>
    Schema,

    /// <summary>pg_dump's custom format with the section <c>data</c> of some tables; one backup may have several, which restore side by side.</summary>
    Data,
}
