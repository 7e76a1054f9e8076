using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Verifications;

/// <summary>A code as it is stored.</summary>
/// <param name="Bytes">HMAC-SHA256 over the verification's id, number, purpose and the code.</param>
/// <param name="KeyId">By which key.</param>
internal sealed record CodeHash(byte[] Bytes, string KeyId);

/// <summary>Codes as they are stored. A plain hash of six digits would be undone in a second; this needs the key.</summary>
internal sealed class CodeHasher(IOptions<VerificationOptions> options)
{
    private readonly IReadOnlyList<KeyValuePair<string, byte[]>> _keys = VerificationKeys.Hmac(options.Value, "prodready.notifications.code-hash");

    /// <summary>The hash of a new code.</summary>
    public CodeHash Hash(Guid id, string number, string purpose, string code) =>
        new(Compute(_keys[0].Value, id, number, purpose, code), _keys[0].Key);

    /// <summary>Whether this is the code for this number and purpose, in a time that does not depend on how near it comes.</summary>
    /// <returns><see langword="null"/> if the key is not configured here.</returns>
    public bool? Matches(CodeHash stored, Guid id, string number, string purpose, string code) =>
        _keys.FirstOrDefault(key => key.Key == stored.KeyId).Value is { } key
            ? CryptographicOperations.FixedTimeEquals(stored.Bytes, Compute(key, id, number, purpose, code))
            : null;

    private static byte[] Compute(byte[] key, Guid id, string number, string purpose, string code)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(id.ToByteArray(bigEndian: true));
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in new[] { number, purpose, code })
        {
            // Each with its length, so that no two sets of parts are the same bytes
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hmac.AppendData(length);
            hmac.AppendData(bytes);
        }

        return hmac.GetHashAndReset();
    }
}
