using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Archives;

/// <summary>A manifest and what its seal proves.</summary>
/// <param name="Json">The manifest.</param>
/// <param name="Verdict">What is proved.</param>
/// <param name="KeyId">The key that it is sealed with, if it is with one.</param>
internal sealed record OpenedManifest(ReadOnlyMemory<byte> Json, SealVerdict Verdict, string? KeyId)
{
    /// <summary>Why nobody knows whether it is genuine, in sentences, or nothing.</summary>
    /// <param name="file">The file's name.</param>
    public string? WhyNotProved(string file) =>
        Verdict != SealVerdict.NotProved ? null
        : KeyId is null ? $"{file} is sealed without a key, as anybody can who may write there, and {ArchiveKeys.Setting} holds one. "
            + $"If the backup is from before there was a key, {ArchiveEncryptionOptions.SectionName}:AllowUnencrypted=true takes it for genuine."
        : $"{file} is sealed with the key '{KeyId}', which {ArchiveKeys.Setting} does not hold.";
}
