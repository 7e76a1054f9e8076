namespace ProdReady.BackupWorker.Archives;

/// <summary>What a manifest keeps of an archive, and what reading it must come to.</summary>
/// <param name="Size">The stored bytes.</param>
/// <param name="Sha256">The stored bytes' SHA-256 in lower-case hexadecimal, as <c>sha256sum</c> prints it.</param>
/// <param name="ContentSize">The content's bytes, before compression and encryption.</param>
/// <param name="Compression">How it is compressed.</param>
/// <param name="KeyId">The key that it is encrypted with, or <see langword="null"/> if it is not.</param>
internal sealed record ArchiveFacts(long Size, string Sha256, long ContentSize, ArchiveCompression Compression, string? KeyId);
