namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>
/// The values, written down a second time: OWASP's headers_add.json of 2026-07-19 with the stricter policy of an API, and helmet's.
/// </summary>
internal static class ExpectedHeaders
{
    public const string StrictTransportSecurity = "max-age=63072000; includeSubDomains";
    public const string ApiPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> Values = new()
    {
        ["Content-Security-Policy"] = ApiPolicy,
        ["Cross-Origin-Embedder-Policy"] = "require-corp",
        ["Cross-Origin-Opener-Policy"] = "same-origin",
        ["Cross-Origin-Resource-Policy"] = "same-origin",
        ["Permissions-Policy"] = "accelerometer=(), autoplay=(), camera=(), cross-origin-isolated=(), display-capture=(), "
            + "encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), keyboard-map=(), magnetometer=(), microphone=(), midi=(), "
            + "payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), sync-xhr=(self), usb=(), "
            + "web-share=(), xr-spatial-tracking=(), clipboard-read=(), clipboard-write=(), gamepad=(), hid=(), idle-detection=(), "
            + "interest-cohort=(), serial=(), unload=()",
        ["Referrer-Policy"] = "no-referrer",
        ["X-Content-Type-Options"] = "nosniff",
        ["X-DNS-Prefetch-Control"] = "off",
        ["X-Frame-Options"] = "deny",
        ["X-Permitted-Cross-Domain-Policies"] = "none",
        ["Origin-Agent-Cluster"] = "?1",
        ["X-Download-Options"] = "noopen",
        ["X-XSS-Protection"] = "0",
    };

    /// <summary>The whole set, once each, but for what a test expects otherwise; no header that reveals what runs here.</summary>
    public static void AssertProtected(this HttpResponseMessage response, params (string Name, string? Value)[] otherwise)
    {
        foreach (var (name, value) in Values)
        {
            var expected = otherwise.Any(other => other.Name == name) ? otherwise.Single(other => other.Name == name).Value : value;
            Assert.Equal((name, expected), (name, response.Header(name)));
        }

        Assert.NotNull(response.Header("Cache-Control"));
        Assert.Null(response.Header("Server"));
        Assert.Null(response.Header("X-Powered-By"));
    }
}
