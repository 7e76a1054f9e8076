using System.Buffers;

namespace ProdReady.Webhooks.Verification;

/// <summary>A sender's public key. These signatures need the whole content in one piece, so it is put together in a rented buffer.</summary>
internal abstract class PublicKey(string? tag, SignatureScheme scheme) : SignatureKey
{
    /// <summary>Ed25519's 64 bytes; P-256 in DER takes up to 72.</summary>
    private const int MaxSignatureBytes = 80;

    public override bool Matches(in SignatureList signatures, in SignedParts parts)
    {
        var content = ArrayPool<byte>.Shared.Rent(scheme.Content.MaxBytes(parts));
        try
        {
            var length = scheme.Content.Write(parts, content);
            Span<byte> signature = stackalloc byte[MaxSignatureBytes];
            var matches = false;
            var at = 0;
            while (signatures.TryNext(tag, ref at, out var text))
            {
                matches |= text.Length <= 2 * MaxSignatureBytes
                    && SignatureText.TryRead(text, scheme.Encoding, signature, out var bytes)
                    && Verify(content.AsSpan(0, length), signature[..bytes]);
            }

            return matches;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    protected abstract bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature);
}
