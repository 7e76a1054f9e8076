namespace ProdReady.BackupWorker.Health;

/// <summary>How new the backups of one database are in one destination.</summary>
/// <param name="Database">The database.</param>
/// <param name="Destination">The destination's name.</param>
/// <param name="Newest">When the newest verified backup was started, or <see langword="null"/> where there is none.</param>
internal sealed record VerifiedAge(string Database, string Destination, DateTimeOffset? Newest);
