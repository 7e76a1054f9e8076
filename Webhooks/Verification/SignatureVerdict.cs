namespace ProdReady.Webhooks.Verification;

/// <summary>What a signature is worth. Only <see cref="Valid"/> lets anything in, and it is not the default value.</summary>
internal enum SignatureVerdict
{
    /// <summary>There is no signature.</summary>
    Missing,

    /// <summary>The signature's header does not have its form.</summary>
    Malformed,

    /// <summary>No signature belongs to these bytes and this secret.</summary>
    Mismatch,

    /// <summary>A good signature, but made too long ago or too far ahead: it may be a captured one.</summary>
    Stale,

    /// <summary>The sender signed exactly these bytes, just now.</summary>
    Valid,
}
