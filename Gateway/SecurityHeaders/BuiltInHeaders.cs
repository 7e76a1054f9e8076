namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>
/// The sets that exist without configuration: the OWASP Secure Headers Project's names and values (headers_add.json of
/// 2026-07-19), and what helmet adds to them.
/// </summary>
/// <remarks>
/// Of OWASP's list, Clear-Site-Data is left out: it is for a log-out's answer, and would end every caller's session on any other.
/// So is upgrade-insecure-requests: over HTTPS 'self' already lets nothing else load, and over plain HTTP it would send a page's own
/// files to a port that does not speak TLS.
/// </remarks>
internal static class BuiltInHeaders
{
    public const string Api = "api";
    public const string Documentation = "documentation";

    /// <summary>In a value, what becomes the request's nonce.</summary>
    public const string Nonce = "{nonce}";

    private const string ContentSecurityPolicy = "Content-Security-Policy";

    private static readonly Dictionary<string, string> Common = new()
    {
        // Where an answer says nothing else: an API knows best how long its own answers hold
        ["Cache-Control"] = "no-store, max-age=0",
        ["Cross-Origin-Embedder-Policy"] = "require-corp",
        ["Cross-Origin-Opener-Policy"] = "same-origin",
        ["Cross-Origin-Resource-Policy"] = "same-origin",
        ["Permissions-Policy"] =
            "accelerometer=(), autoplay=(), camera=(), cross-origin-isolated=(), display-capture=(), encrypted-media=(), fullscreen=(), "
            + "geolocation=(), gyroscope=(), keyboard-map=(), magnetometer=(), microphone=(), midi=(), payment=(), "
            + "picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), sync-xhr=(self), usb=(), web-share=(), "
            + "xr-spatial-tracking=(), clipboard-read=(), clipboard-write=(), gamepad=(), hid=(), idle-detection=(), "
            + "interest-cohort=(), serial=(), unload=()",
        ["Referrer-Policy"] = "no-referrer",
        [HeaderSet.StrictTransportSecurity] = "max-age=63072000; includeSubDomains",
        ["X-Content-Type-Options"] = "nosniff",
        ["X-DNS-Prefetch-Control"] = "off",
        ["X-Frame-Options"] = "deny",
        ["X-Permitted-Cross-Domain-Policies"] = "none",
        ["Origin-Agent-Cluster"] = "?1",
        ["X-Download-Options"] = "noopen",
        // The filter that it switches off could be made to block a page's own scripts
        ["X-XSS-Protection"] = "0",
    };

    public static IReadOnlyList<string> Names { get; } = [Api, Documentation];

    public static IReadOnlyDictionary<string, string> Of(string name) => new Dictionary<string, string>(Common)
    {
        [ContentSecurityPolicy] = name.Equals(Documentation, StringComparison.OrdinalIgnoreCase)
            // A page of ours: its scripts by nonce, everything else from here. Styles inline, because Scalar makes them as it goes;
            // they can send nothing anywhere, as images, fonts and connections stay here, too
            ? $"default-src 'none'; script-src 'nonce-{Nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            // JSON loads nothing; base-uri and form-action are named because default-src does not cover them
            : "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    };
}
