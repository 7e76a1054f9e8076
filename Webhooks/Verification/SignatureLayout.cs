namespace ProdReady.Webhooks.Verification;

/// <summary>What stands in the place of the signature.</summary>
public enum SignatureLayout
{
    /// <summary>One signature, after a prefix if there is one: <c>sha256=hex</c>.</summary>
    Plain,

    /// <summary>Names and values: <c>t=1700000000,v1=hex,v1=hex</c>.</summary>
    KeyValueList,

    /// <summary>Versions and values, with spaces between: <c>v1,base64 v1a,base64</c>.</summary>
    VersionedList,
}
