namespace ProdReady.Webhooks.Verification;

/// <summary>A secret, ready to be checked with. Safe for many threads at a time.</summary>
internal abstract class SignatureKey
{
    /// <summary>Whether one of the signatures was made with this secret over this content. Never says which.</summary>
    public abstract bool Matches(in SignatureList signatures, in SignedParts parts);

    /// <exception cref="FormatException">The bytes are no key of that kind.</exception>
    public static SignatureKey Create(KeyForm form, byte[] key, SignatureScheme scheme)
    {
        // Anyone can compute an HMAC with an empty key. Settings never hold one, so this is a bug of ours.
        ArgumentOutOfRangeException.ThrowIfZero(key.Length, nameof(key));
        return form.Algorithm switch
        {
            SchemeAlgorithm.Token => new TokenKey(form.Tag, key),
            SchemeAlgorithm.Ed25519 => new Ed25519Key(form.Tag, key, scheme),
            SchemeAlgorithm.EcdsaP256 => new EcdsaKey(form.Tag, key, scheme),
            _ => new HmacKey(form, key, scheme),
        };
    }
}
