namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>What making a base backup came to.</summary>
/// <param name="Manifest">The backup.</param>
/// <param name="Destinations">Where it is.</param>
/// <param name="Restorable">Where the log is, too, without which it cannot be restored.</param>
/// <param name="Warnings">What the operator should know, such as a destination that does not have it.</param>
internal sealed record BaseResult(
    BaseManifest Manifest, IReadOnlyList<string> Destinations, IReadOnlyList<string> Restorable, IReadOnlyList<string> Warnings)
{
    /// <summary>Why it is worth nothing yet, if it can be restored from nowhere.</summary>
    public string? Failure => Restorable.Count > 0
        ? null
        : $"Base backup {Manifest.Id} is stored and cannot be restored yet: the write-ahead log that it needs is in no destination.";
}
