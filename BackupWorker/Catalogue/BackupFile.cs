using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>One file of a backup.</summary>
/// <param name="File">Its name in each destination.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Sha256">Their SHA-256 in lower-case hexadecimal, as <c>sha256sum</c> prints it.</param>
/// <param name="KeyId">The key that it is encrypted with, if it is.</param>
internal sealed record BackupFile(string File, long Size, string Sha256, string? KeyId)
{
    public static BackupFile Of(ManifestPart part) => new(part.File, part.Facts.Size, part.Facts.Sha256, part.Facts.KeyId);
}
