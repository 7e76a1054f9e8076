using System.Diagnostics.CodeAnalysis;

namespace ProdReady.ServiceDefaults.Encryption;

/// <summary>Something is encrypted with a key that is not among the configured ones.</summary>
/// <param name="keyId">The key's id.</param>
/// <param name="setting">The environment variable that should hold it.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "There is nothing to say without the key")]
public sealed class SealedForOtherKeyException(string keyId, string setting)
    : Exception($"It is encrypted with the key '{keyId}', which {setting} does not hold.");
