namespace ProdReady.BackupWorker.Storage;

/// <summary>A file that a destination holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="ModifiedAt">When it was committed, by the destination's clock.</param>
internal sealed record StoredFile(string Name, long Size, DateTimeOffset ModifiedAt);
