namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Why the key store is asked.</summary>
internal enum LookUpCause
{
    /// <summary>It is time to.</summary>
    Poll,

    /// <summary>A request came with an id that this node does not know.</summary>
    Miss,

    /// <summary>A request came while this node's knowledge was too old to decide by.</summary>
    Stale,

    /// <summary>This node itself has just changed a key.</summary>
    Change,
}
