namespace ProdReady.ServiceDefaults.Encryption;

/// <summary>Bytes as they are stored.</summary>
/// <param name="Bytes">Encrypted, or in clear.</param>
/// <param name="KeyId">By which key, or <see langword="null"/> if they are in clear.</param>
public readonly record struct SealedBytes(ReadOnlyMemory<byte> Bytes, string? KeyId);
