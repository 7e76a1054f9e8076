namespace ProdReady.BackupWorker.Storage;

/// <summary>What became of a file in one destination.</summary>
/// <param name="Destination">The destination's name.</param>
/// <param name="Error">Why it is not there, as a sentence, or <see langword="null"/>.</param>
internal sealed record DestinationResult(string Destination, string? Error);
