namespace ProdReady.BackupWorker.Catalogue;

/// <summary>The catalogue of one destination beside what is stored there.</summary>
/// <param name="Destination">The destination's name.</param>
/// <param name="Manifests">The manifests in storage.</param>
/// <param name="Equal">Those that the catalogue holds byte by byte.</param>
/// <param name="Missing">Those that it does not hold: the next look at them adds them.</param>
/// <param name="Stale">Those that it holds of another size or time: they are not used, and the next look replaces them.</param>
/// <param name="LeftOver">What it holds of manifests that are not in storage: it is not used.</param>
/// <param name="Different">Those whose bytes in storage changed although size and time did not: damage, or tampering.</param>
/// <param name="Unusable">Those in storage whose seal or content is wrong.</param>
internal sealed record CatalogueCounts(
    string Destination, int Manifests, int Equal, int Missing, int Stale, int LeftOver, int Different, int Unusable);
