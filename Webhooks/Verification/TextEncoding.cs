namespace ProdReady.Webhooks.Verification;

/// <summary>How a signature or a secret is written as text.</summary>
public enum TextEncoding
{
    /// <summary>The text's own bytes; for secrets only.</summary>
    Utf8,

    /// <summary>Lower-case hexadecimal digits.</summary>
    Hex,

    /// <summary>RFC 4648 section 4, padded.</summary>
    Base64,

    /// <summary>RFC 4648 section 5, padded or not.</summary>
    Base64Url,
}
