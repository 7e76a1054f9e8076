using NSec.Cryptography;

namespace ProdReady.Webhooks.Verification;

/// <summary>Ed25519, which .NET itself does not have.</summary>
internal sealed class Ed25519Key(string? tag, byte[] key, SignatureScheme scheme) : PublicKey(tag, scheme)
{
    private static readonly Ed25519 Algorithm = SignatureAlgorithm.Ed25519;
    private readonly NSec.Cryptography.PublicKey _key =
        NSec.Cryptography.PublicKey.Import(Algorithm, key, KeyBlobFormat.RawPublicKey);

    protected override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
        signature.Length == Algorithm.SignatureSize && Algorithm.Verify(_key, content, signature);
}
