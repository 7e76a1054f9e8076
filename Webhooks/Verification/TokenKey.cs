using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Webhooks.Verification;

/// <summary>A secret that the sender sends along as it is.</summary>
internal sealed class TokenKey(string? tag, byte[] token) : SignatureKey
{
    private const int MaxLength = 1024;
    private readonly byte[] _hash = SHA256.HashData(token);

    public override bool Matches(in SignatureList signatures, in SignedParts parts)
    {
        Span<byte> sent = stackalloc byte[3 * MaxLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var matches = false;
        var at = 0;
        while (signatures.TryNext(tag, ref at, out var signature))
        {
            if (signature.Length <= MaxLength)
            {
                // Hashes are all of one length: comparing the tokens themselves would tell theirs
                SHA256.HashData(sent[..Encoding.UTF8.GetBytes(signature, sent)], hash);
                matches |= CryptographicOperations.FixedTimeEquals(hash, _hash);
            }
        }

        return matches;
    }
}
