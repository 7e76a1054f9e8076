using System.Security.Cryptography;

namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>
/// The parameters of Tink's streaming AEAD AES-GCM-HKDF
/// (<see href="https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming"/>).
/// </summary>
/// <param name="SegmentSize">The bytes of each encrypted segment but the last; the first one's include the header.</param>
/// <param name="KeySize">The bytes of the derived key, and of the salt.</param>
/// <param name="Hash">HKDF's hash.</param>
internal sealed record SegmentFormat(int SegmentSize, int KeySize, HashAlgorithmName Hash)
{
    /// <summary>What archives use; Tink calls it AES256_GCM_HKDF_1MB.</summary>
    public static readonly SegmentFormat Archive = new(1024 * 1024, 32, HashAlgorithmName.SHA256);

    public const int TagSize = 16;
    public const int NoncePrefixSize = 7;

    /// <summary>One byte that holds this size, the salt and the prefix of nonces.</summary>
    public int HeaderSize => 1 + KeySize + NoncePrefixSize;

    /// <summary>The bytes of a whole segment, by whether it is the first.</summary>
    public int SealedSize(bool first) => first ? SegmentSize - HeaderSize : SegmentSize;
}
