namespace ProdReady.BackupWorker.Catalogue;

/// <summary>How far a run is, as of the last two seconds.</summary>
/// <param name="Stage"><c>dumping</c> or <c>verifying</c>.</param>
/// <param name="BytesDone">The content's bytes so far, in this stage.</param>
/// <param name="BytesTotal">How many they will be: an estimate while it dumps.</param>
internal sealed record RunProgressView(string Stage, long BytesDone, long BytesTotal);
