namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>What making a base backup came to.</summary>
/// <param name="Manifest">The backup.</param>
/// <param name="Destinations">Where it is.</param>
/// <param name="Warnings">What the operator should know, such as a destination that does not have it.</param>
internal sealed record BaseResult(BaseManifest Manifest, IReadOnlyList<string> Destinations, IReadOnlyList<string> Warnings);
