using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Encryption;

/// <summary>
/// AES-256-GCM, with a key for each row by HKDF-SHA256 (RFC 5869), so that no number of events wears a key out. The row's id is
/// authenticated too: bytes that were moved to another row do not open.
/// </summary>
internal sealed class BodyCipher
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly IReadOnlyList<KeyValuePair<string, byte[]>> _keys;

    public BodyCipher(IOptions<EncryptionOptions> options) => EncryptionKeys.TryRead(options.Value.Keys, out _keys);

    /// <summary>Whether anything can be encrypted.</summary>
    public bool HasKey => _keys.Count > 0;

    /// <summary>The key that encrypts now.</summary>
    public string? ActiveKeyId => HasKey ? _keys[0].Key : null;

    /// <summary>The keys that decrypt.</summary>
    public IEnumerable<string> KeyIds => _keys.Select(key => key.Key);

    /// <summary>Encrypts with the first key.</summary>
    /// <exception cref="InvalidOperationException">There is no key: the settings' validation should have said so.</exception>
    public SealedBytes Seal(Guid row, ReadOnlySpan<byte> clear)
    {
        if (!HasKey)
        {
            throw new InvalidOperationException("There is no key to encrypt with.");
        }

        var bytes = new byte[NonceSize + clear.Length + TagSize];
        var nonce = bytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Aes(row, _keys[0].Value);
        aes.Encrypt(nonce, clear, bytes.AsSpan(NonceSize, clear.Length), bytes.AsSpan(NonceSize + clear.Length), row.ToByteArray(bigEndian: true));
        return new(bytes, _keys[0].Key);
    }

    /// <summary>The bytes in clear.</summary>
    /// <exception cref="SealedForOtherKeyException">The key is not configured any more.</exception>
    /// <exception cref="AuthenticationTagMismatchException">The bytes were changed, or belong to another row or key.</exception>
    public ReadOnlyMemory<byte> Open(Guid row, SealedBytes body)
    {
        if (body.KeyId is null)
        {
            return body.Bytes;
        }

        var key = _keys.FirstOrDefault(key => key.Key == body.KeyId).Value ?? throw new SealedForOtherKeyException(body.KeyId);
        var bytes = body.Bytes.Span;
        var clear = new byte[bytes.Length - NonceSize - TagSize];
        using var aes = Aes(row, key);
        aes.Decrypt(bytes[..NonceSize], bytes[NonceSize..^TagSize], bytes[^TagSize..], clear, row.ToByteArray(bigEndian: true));
        return clear;
    }

    private static AesGcm Aes(Guid row, byte[] key)
    {
        Span<byte> rowKey = stackalloc byte[EncryptionKeys.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, rowKey, salt: row.ToByteArray(bigEndian: true), info: Encoding.ASCII.GetBytes("prodready.webhooks.body"));
        return new AesGcm(rowKey, TagSize);
    }
}

/// <summary>Bytes as they are stored.</summary>
/// <param name="Bytes">Encrypted, or in clear.</param>
/// <param name="KeyId">By which key, or <see langword="null"/> if they are in clear.</param>
internal readonly record struct SealedBytes(ReadOnlyMemory<byte> Bytes, string? KeyId);

/// <summary>Something is encrypted with a key that is not among the configured ones.</summary>
internal sealed class SealedForOtherKeyException(string keyId)
    : Exception($"It is encrypted with the key '{keyId}', which WEBHOOKS_ENCRYPTION_KEYS does not hold.");
