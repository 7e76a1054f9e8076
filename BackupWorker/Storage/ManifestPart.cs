using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Storage;

/// <summary>One file of a backup.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="File">Its name in storage.</param>
/// <param name="Facts">What reading it must come to.</param>
internal sealed record ManifestPart(PartKind Kind, string File, ArchiveFacts Facts)
{
    /// <summary>The large tables whose rows it holds, where others hold others': their indexes need not wait for those. Older backups do not tell.</summary>
    public IReadOnlyList<SizedTable> LargeTables { get; init; } = [];
}
