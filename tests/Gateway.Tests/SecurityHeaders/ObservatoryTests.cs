using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>What MDN's HTTP Observatory would give, and that the arithmetic here can also say less.</summary>
public sealed class ObservatoryTests(DataStores stores)
{
    [Fact]
    public async Task The_gateway_scores_150()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "api.example.com";
        request.Headers.Add(ConnectionFilter.SchemeHeader, "https");
        request.Headers.Add("Origin", "https://http-observatory.security.mozilla.org");

        using var response = await gateway.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            [
                ("content-security-policy", 10), ("cross-origin-embedder-policy", 10), ("cross-origin-opener-policy", 10),
                ("cross-origin-resource-policy", 10), ("referrer-policy", 5), ("x-frame-options", 5),
            ],
            Observatory.Modifiers(response).Where(modifier => modifier.Value != 0).Select(modifier => (modifier.Key, modifier.Value)));
        Assert.Equal(150, Observatory.Score(response));
    }

    // A bare answer: 100 - 25 (policy) - 20 (transport) - 5 (nosniff) - 20 (frames)
    [Theory]
    [InlineData(30)]
    // Without credit for more than is needed, as what is needed is missing
    [InlineData(55, "Content-Security-Policy: default-src 'none'", "Cross-Origin-Opener-Policy: same-origin")]
    [InlineData(80, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options: nosniff")]
    [InlineData(110, "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'", "X-Content-Type-Options: nosniff", Transport)]
    [InlineData(80, "Content-Security-Policy: script-src 'unsafe-inline'; frame-ancestors 'none'", "X-Content-Type-Options: nosniff", Transport)]
    [InlineData(80, "Content-Security-Policy: default-src *; frame-ancestors 'none'", "X-Content-Type-Options: nosniff", Transport)]
    [InlineData(55, "Content-Security-Policy: default-src 'none'; default-src 'self'", "X-Content-Type-Options: nosniff", Transport)]
    [InlineData(80, "Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff", Transport)]
    [InlineData(115, "Content-Security-Policy: default-src 'none'", "X-Frame-Options: DENY", "X-Content-Type-Options: nosniff", Transport)]
    [InlineData(105, "Content-Security-Policy: default-src 'none'", "X-Frame-Options: DENY", "X-Content-Type-Options: nosniff", "Strict-Transport-Security: max-age=3600")]
    public void What_is_missing_or_weak_costs_points(int score, params string[] headers)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            Assert.True(response.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 2)..]));
        }

        Assert.Equal(score, Observatory.Score(response));
    }

    private const string Transport = "Strict-Transport-Security: max-age=63072000";
}
