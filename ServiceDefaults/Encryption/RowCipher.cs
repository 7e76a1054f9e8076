using System.Security.Cryptography;
using System.Text;

namespace ProdReady.ServiceDefaults.Encryption;

/// <summary>
/// AES-256-GCM, with a key for each row by HKDF-SHA256 (RFC 5869), so that no number of rows wears a key out. The row's id is
/// authenticated too: bytes that were moved to another row do not open.
/// </summary>
/// <param name="keys">See <see cref="NamedKeys"/>.</param>
/// <param name="purpose">What is encrypted, such as <c>prodready.webhooks.body</c>: bytes of another purpose do not open.</param>
/// <param name="setting">The environment variable that holds the keys, for messages.</param>
public class RowCipher(IReadOnlyList<KeyValuePair<string, byte[]>> keys, string purpose, string setting)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _purpose = Encoding.ASCII.GetBytes(purpose);

    /// <summary>Whether anything can be encrypted.</summary>
    public bool HasKey => keys.Count > 0;

    /// <summary>The key that encrypts now.</summary>
    public string? ActiveKeyId => HasKey ? keys[0].Key : null;

    /// <summary>The keys that decrypt.</summary>
    public IEnumerable<string> KeyIds => keys.Select(key => key.Key);

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
        using var aes = Aes(row, keys[0].Value);
        aes.Encrypt(nonce, clear, bytes.AsSpan(NonceSize, clear.Length), bytes.AsSpan(NonceSize + clear.Length), row.ToByteArray(bigEndian: true));
        return new(bytes, keys[0].Key);
    }

    /// <summary>The bytes in clear.</summary>
    /// <exception cref="SealedForOtherKeyException">The key is not configured any more.</exception>
    /// <exception cref="AuthenticationTagMismatchException">The bytes were changed, or belong to another row, purpose or key.</exception>
    public ReadOnlyMemory<byte> Open(Guid row, SealedBytes body)
    {
        if (body.KeyId is null)
        {
            return body.Bytes;
        }

        var key = KeyOf(body.KeyId);
        var bytes = body.Bytes.Span;
        var clear = new byte[bytes.Length - NonceSize - TagSize];
        using var aes = Aes(row, key);
        aes.Decrypt(bytes[..NonceSize], bytes[NonceSize..^TagSize], bytes[^TagSize..], clear, row.ToByteArray(bigEndian: true));
        return clear;
    }

    /// <summary>
    /// HMAC-SHA256 in hexadecimal digits, by a key of its own that is derived from the one named <paramref name="keyId"/>: who reads it
    /// cannot try out what it stands for.
    /// </summary>
    /// <exception cref="SealedForOtherKeyException">The key is not configured any more.</exception>
    public string Hide(string keyId, string value)
    {
        Span<byte> key = stackalloc byte[NamedKeys.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, KeyOf(keyId), key, salt: [], info: [.. _purpose, .. ".hide"u8]);
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(value)));
    }

    private byte[] KeyOf(string keyId) =>
        keys.FirstOrDefault(key => key.Key == keyId).Value ?? throw new SealedForOtherKeyException(keyId, setting);

    private AesGcm Aes(Guid row, byte[] key)
    {
        Span<byte> rowKey = stackalloc byte[NamedKeys.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, rowKey, salt: row.ToByteArray(bigEndian: true), info: _purpose);
        return new AesGcm(rowKey, TagSize);
    }
}
