namespace ProdReady.BackupWorker.Runs;

/// <summary>What a run does.</summary>
internal enum RunStage
{
    /// <summary>It dumps, compresses, encrypts and stores.</summary>
    Dumping,

    /// <summary>It reads back what it stored.</summary>
    Verifying,
}
