using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>A file of a backup to be.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="File">Its name in storage.</param>
/// <param name="Program">The program that writes it to its standard output.</param>
/// <param name="Arguments">That program's arguments.</param>
internal sealed record DumpPart(PartKind Kind, string File, string Program, IReadOnlyList<string> Arguments)
{
    /// <inheritdoc cref="ManifestPart.LargeTables"/>
    public IReadOnlyList<SizedTable> LargeTables { get; init; } = [];
}
