namespace ProdReady.Webhooks.Verification;

/// <summary>Whoever defines a signature scheme.</summary>
/// <param name="Name">The name that sources give in their settings.</param>
/// <param name="Scheme">How it signs; <see langword="null"/> for <c>generic</c>, whose sources say so themselves.</param>
/// <param name="SecretHint">What a secret looks like, or where it is found.</param>
internal sealed record WebhookProvider(string Name, SignatureScheme? Scheme, string SecretHint);
