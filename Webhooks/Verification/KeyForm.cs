namespace ProdReady.Webhooks.Verification;

/// <summary>One kind of secret that a scheme knows: what it is used for, and how it is written.</summary>
/// <param name="Algorithm">What it is used for.</param>
/// <param name="Encoding">How the key's bytes are written.</param>
/// <param name="Prefix">What marks this kind, such as <c>whsec_</c>; it is no part of the key. The first kind's may be left out.</param>
/// <param name="Tag">In a list, the name of the signatures that are made with it, such as <c>v1</c>.</param>
internal sealed record KeyForm(
    SchemeAlgorithm Algorithm = SchemeAlgorithm.HmacSha256,
    TextEncoding Encoding = TextEncoding.Utf8,
    string Prefix = "",
    string? Tag = null);
