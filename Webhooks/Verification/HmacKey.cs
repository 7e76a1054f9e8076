using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace ProdReady.Webhooks.Verification;

/// <summary>
/// An HMAC's key. Its hash objects are kept with the key already in them, since setting one up costs as much as hashing a
/// small body, and allocates.
/// </summary>
internal sealed class HmacKey(KeyForm form, byte[] key, SignatureScheme scheme) : SignatureKey
{
    private const int MaxHashBytes = SHA512.HashSizeInBytes;
    private readonly DefaultObjectPool<IncrementalHash> _hashes = new(new Keyed(AlgorithmOf(form.Algorithm), key));

    public override bool Matches(in SignatureList signatures, in SignedParts parts)
    {
        // As text, in the one form that the provider sends: decoding would let other spellings pass
        Span<char> expected = stackalloc char[2 * MaxHashBytes];
        var matches = false;
        for (var variant = 0; variant < scheme.Content.Variants; variant++)
        {
            if (!TrySign(parts, variant, expected, out var length))
            {
                continue;
            }

            var at = 0;
            while (signatures.TryNext(form.Tag, ref at, out var signature))
            {
                // Unequal lengths do not match, and all are looked at, so that time does not tell which one did
                matches |= CryptographicOperations.FixedTimeEquals(
                    MemoryMarshal.AsBytes(SignatureText.Unpadded(signature, scheme.Encoding)), MemoryMarshal.AsBytes(expected[..length]));
            }
        }

        return matches;
    }

    /// <summary>The hash of <paramref name="text"/> alone, for a challenge's reply.</summary>
    public string Hash(ReadOnlySpan<char> text)
    {
        var hash = _hashes.Get();
        ContentTemplate.AppendText(hash, text);
        Span<byte> bytes = stackalloc byte[MaxHashBytes];
        var hex = Convert.ToHexStringLower(bytes[..hash.GetHashAndReset(bytes)]);
        _hashes.Return(hash);
        return hex;
    }

    private bool TrySign(in SignedParts parts, int variant, Span<char> text, out int length)
    {
        length = 0;
        var hash = _hashes.Get();
        var signed = scheme.Content.TryAppend(hash, parts, variant);
        if (signed)
        {
            Span<byte> bytes = stackalloc byte[MaxHashBytes];
            length = SignatureText.Write(bytes[..hash.GetHashAndReset(bytes)], scheme.Encoding, text);
        }

        // Not after an exception: something may have been fed that the next request must not get
        _hashes.Return(hash);
        return signed;
    }

    private static HashAlgorithmName AlgorithmOf(SchemeAlgorithm algorithm) => algorithm switch
    {
        SchemeAlgorithm.HmacSha1 => HashAlgorithmName.SHA1,
        SchemeAlgorithm.HmacSha256 => HashAlgorithmName.SHA256,
        SchemeAlgorithm.HmacSha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "It is no HMAC."),
    };

    private sealed class Keyed(HashAlgorithmName algorithm, byte[] key) : PooledObjectPolicy<IncrementalHash>
    {
        public override IncrementalHash Create() => IncrementalHash.CreateHMAC(algorithm, key);

        public override bool Return(IncrementalHash obj) => true;
    }
}
