using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace ProdReady.Webhooks.Verification;

/// <summary>ECDSA on P-256. Its objects are for one thread at a time, so they are pooled.</summary>
internal sealed class EcdsaKey : PublicKey
{
    private const int KeySize = 256;
    private readonly DefaultObjectPool<ECDsa> _keys;

    /// <exception cref="FormatException">The bytes are no public key on P-256.</exception>
    public EcdsaKey(string? tag, byte[] key, SignatureScheme scheme)
        : base(tag, scheme)
    {
        _keys = new DefaultObjectPool<ECDsa>(new Imported(key));
        _keys.Return(_keys.Get());
    }

    protected override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        var key = _keys.Get();
        try
        {
            return key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // No DER
            return false;
        }
        finally
        {
            _keys.Return(key);
        }
    }

    private sealed class Imported(byte[] key) : PooledObjectPolicy<ECDsa>
    {
        public override ECDsa Create()
        {
            var ecdsa = ECDsa.Create();
            try
            {
                ecdsa.ImportSubjectPublicKeyInfo(key, out var read);
                return read == key.Length && ecdsa.KeySize == KeySize ? ecdsa : throw new FormatException("It is no key on P-256.");
            }
            catch (CryptographicException exception)
            {
                throw new FormatException("It is no public key.", exception);
            }
        }

        public override bool Return(ECDsa obj) => true;
    }
}
