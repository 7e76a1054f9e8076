namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>
/// The arithmetic of MDN's HTTP Observatory, algorithm version 4, for an answer over HTTPS with a valid certificate, of a host that is
/// not on the preload list and does not listen on port 80.
/// </summary>
/// <remarks>
/// Written after the tests and the table of mdn/mdn-http-observatory (src/analyzer/tests, src/grader). Of its twelve, redirection
/// is 0 without port 80, and subresource-integrity is 0 for what is not HTML.
/// </remarks>
internal static class Observatory
{
    private const int SixMonths = 15_552_000;

    /// <summary>From this on, what is better than necessary counts.</summary>
    private const int ExtraCreditFrom = 90;

    public static int Score(HttpResponseMessage response) => Score(Modifiers(response));

    /// <summary>The modifier of each test, by its name there.</summary>
    public static Dictionary<string, int> Modifiers(HttpResponseMessage response)
    {
        Assert.NotEqual("text/html", response.Content.Headers.ContentType?.MediaType);
        // Other statuses it does not grade at all
        var status = (int)response.StatusCode;
        Assert.True(status is (>= 200 and < 400) or 401 or 403, $"{status} gets no grade");
        var policy = ObservatoryPolicy.Parse(response.Values("Content-Security-Policy"));
        return new()
        {
            ["content-security-policy"] = policy.Modifier,
            ["cookies"] = OfCookies(response),
            ["cross-origin-embedder-policy"] = OfToken(response, "Cross-Origin-Embedder-Policy", "require-corp", "credentialless"),
            ["cross-origin-opener-policy"] = OfToken(
                response, "Cross-Origin-Opener-Policy", "same-origin", "same-origin-allow-popups", "noopener-allow-popups"),
            ["cross-origin-resource-policy"] = OfResourcePolicy(response),
            ["cross-origin-resource-sharing"] = OfSharing(response),
            ["redirection"] = 0,
            ["referrer-policy"] = OfReferrer(response),
            ["strict-transport-security"] = OfTransport(response),
            ["subresource-integrity"] = 0,
            ["x-content-type-options"] = First(response, "X-Content-Type-Options") == "nosniff" ? 0 : -5,
            ["x-frame-options"] = policy.HasFrameAncestors ? 5 : OfFrames(response),
        };
    }

    private static int Score(Dictionary<string, int> modifiers)
    {
        var uncurved = 100 + modifiers.Values.Where(modifier => modifier < 0).Sum();
        return Math.Max(0, uncurved >= ExtraCreditFrom ? 100 + modifiers.Values.Sum() : uncurved);
    }

    private static int OfToken(HttpResponseMessage response, string header, params string[] good)
    {
        var values = response.Values(header);
        if (values.Count != 1)
        {
            return values.Count == 0 ? 0 : -5;
        }

        // A structured field: a token, then parameters
        var token = values[0].Split(';')[0].Trim();
        return good.Contains(token) ? 10 : token == "unsafe-none" ? 0 : -5;
    }

    private static int OfResourcePolicy(HttpResponseMessage response) =>
        string.Join(", ", response.Values("Cross-Origin-Resource-Policy")).ToLowerInvariant() switch
        {
            "same-origin" or "same-site" => 10,
            "" or "cross-origin" => 0,
            _ => -5,
        };

    /// <summary>It asks with an Origin of its own; open to every origin with credentials is what it punishes.</summary>
    private static int OfSharing(HttpResponseMessage response) =>
        First(response, "Access-Control-Allow-Origin") is { } allowed
        && allowed == response.RequestMessage?.Headers.Origin()
        && First(response, "Access-Control-Allow-Credentials") == "true"
            ? -50
            : 0;

    private static int OfReferrer(HttpResponseMessage response)
    {
        string[] good = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
        string[] bad = ["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];
        var values = response.Values("Referrer-Policy");
        var last = string.Join(", ", values).Split(',').Select(value => value.Trim().ToLowerInvariant())
            .LastOrDefault(value => good.Contains(value) || bad.Contains(value));
        return good.Contains(last) ? 5 : values.Count == 0 ? 0 : -5;
    }

    private static int OfTransport(HttpResponseMessage response)
    {
        var value = First(response, "Strict-Transport-Security");
        if (value is null || value.Contains(',', StringComparison.Ordinal))
        {
            return -20;
        }

        var age = value.Split(';').Select(part => part.Trim()).LastOrDefault(part => part.StartsWith("max-age=", StringComparison.Ordinal));
        return !int.TryParse(age?["max-age=".Length..], out var seconds) ? -20 : seconds < SixMonths ? -10 : 0;
    }

    private static int OfFrames(HttpResponseMessage response) => First(response, "X-Frame-Options") switch
    {
        "deny" or "sameorigin" => 5,
        { } value when value.StartsWith("allow-from", StringComparison.Ordinal) => 0,
        _ => -20,
    };

    /// <summary>Whoever sets one here has to write its rules down as well.</summary>
    private static int OfCookies(HttpResponseMessage response)
    {
        Assert.Empty(response.Values("Set-Cookie"));
        return 0;
    }

    private static string? First(HttpResponseMessage response, string name) =>
        response.Values(name) is [var first, ..] ? first.Trim().ToLowerInvariant() : null;

    private static IReadOnlyList<string> Values(this HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? [.. values] : [];

    private static string? Origin(this System.Net.Http.Headers.HttpRequestHeaders headers) =>
        headers.TryGetValues("Origin", out var values) ? values.Single() : null;
}
