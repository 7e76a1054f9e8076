using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>What there is, and what nobody could look at.</summary>
/// <param name="Backups">Backups and runs, newest first.</param>
/// <param name="NotRead">Destinations that could not be read.</param>
internal sealed record CatalogueListing(IReadOnlyList<BackupSummary> Backups, IReadOnlyList<UnreadDestination> NotRead);
