namespace ProdReady.Webhooks.Verification;

/// <summary>A verdict, and for a valid signature the id of the secret that it was made with.</summary>
internal readonly record struct Verification(SignatureVerdict Verdict, string? SecretId = null);
