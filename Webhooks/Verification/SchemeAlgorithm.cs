namespace ProdReady.Webhooks.Verification;

/// <summary>How a sender proves that a request is its own.</summary>
public enum SchemeAlgorithm
{
    /// <summary>HMAC with SHA-256, the usual one.</summary>
    HmacSha256,

    /// <summary>HMAC with SHA-1, which is still sound as a MAC; for old schemes.</summary>
    HmacSha1,

    /// <summary>HMAC with SHA-512.</summary>
    HmacSha512,

    /// <summary>Ed25519 (RFC 8032); the secret is the sender's public key of 32 bytes.</summary>
    Ed25519,

    /// <summary>ECDSA on P-256 over SHA-256, in DER; the secret is the sender's public key (SubjectPublicKeyInfo).</summary>
    EcdsaP256,

    /// <summary>The secret itself, sent along. It proves who sent, and nothing about what was sent.</summary>
    Token,
}
