using System.Net;
using ProdReady.Gateway.Tests.Proxy;
using ProdReady.Gateway.Tests.Proxy.Tokens;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>Who shares a count, through the whole gateway.</summary>
public sealed class PartitionTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task Webhooks_are_counted_by_source_and_address_and_looking_at_events_is_not()
    {
        var upstream = await ServeAsync("in");
        var gateway = await GatewayAsync([upstream.Url], ("ReverseProxy:Clusters:webhooks:Destinations:default:Address", upstream.Url));

        Assert.Equal(
            [1199, 1198, 1199, 1199, 1197],
            [
                await LeftAsync(gateway, HttpMethod.Post, "/webhooks/stripe", "192.0.2.1"),
                await LeftAsync(gateway, HttpMethod.Post, "/webhooks/stripe", "192.0.2.1"),
                await LeftAsync(gateway, HttpMethod.Post, "/webhooks/paystack", "192.0.2.1"),
                await LeftAsync(gateway, HttpMethod.Post, "/webhooks/stripe", "192.0.2.2"),
                await LeftAsync(gateway, HttpMethod.Post, "/webhooks/stripe", "192.0.2.1"),
            ]);

        using var look = await gateway.GetAsync("/webhooks/stripe", "192.0.2.1");
        using var events = await gateway.GetAsync("/webhooks/events", "192.0.2.1");
        Assert.Equal((HttpStatusCode.OK, null), (look.StatusCode, look.Header("RateLimit-Policy")));
        Assert.Equal((HttpStatusCode.OK, null), (events.StatusCode, events.Header("RateLimit-Policy")));
    }

    [Fact]
    public async Task Users_of_one_address_have_counts_of_their_own_and_one_user_has_one_everywhere()
    {
        var issuer = Own(await TokenIssuer.StartAsync());
        var upstream = await ServeAsync("in");
        var gateway = await GatewayAsync(
            [upstream.Url],
            ($"{Route}:AuthorizationPolicy", "jwt"),
            ($"{Route}:RateLimiterPolicy", "person"),
            ("RateLimiting:Policies:person:Limit", "2"),
            ("RateLimiting:Policies:person:Window", "00:15:00"),
            ("RateLimiting:Policies:person:Partition", "user"),
            ("Tokens:Authority", issuer.Url),
            ("Tokens:Audience", "the-api"));

        Assert.Equal((HttpStatusCode.OK, 1), await CallAsync(issuer.Token("ada"), "192.0.2.1"));
        Assert.Equal((HttpStatusCode.OK, 0), await CallAsync(issuer.Token("ada"), "192.0.2.2"));
        Assert.Equal((HttpStatusCode.TooManyRequests, 0), await CallAsync(issuer.Token("ada"), "192.0.2.1"));
        Assert.Equal((HttpStatusCode.OK, 1), await CallAsync(issuer.Token("bob"), "192.0.2.1"));

        using var without = await gateway.GetAsync("/test/a", "192.0.2.1");
        await without.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Null(without.Header("RateLimit-Policy"));
        // A name that is only claimed takes nothing from the one who has it
        Assert.Equal((HttpStatusCode.Unauthorized, null), await CallAsync(issuer.Token("bob", audience: "another"), "192.0.2.1"));
        Assert.Equal((HttpStatusCode.OK, 0), await CallAsync(issuer.Token("bob"), "192.0.2.1"));
        Assert.Equal(4, upstream.Requests);

        async Task<(HttpStatusCode, int?)> CallAsync(string token, string from)
        {
            using var response = await gateway.GetAsync("/test/a", from, ("Authorization", $"Bearer {token}"));
            return (response.StatusCode, Left(response));
        }
    }

    private static async Task<int?> LeftAsync(GatewayApp gateway, HttpMethod method, string path, string from)
    {
        using var response = await gateway.CallAsync(method, path, from);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Left(response);
    }

    /// <summary>Of the one policy that applies.</summary>
    private static int? Left(HttpResponseMessage response) => response.Header("RateLimit") is { } limit
        ? int.Parse(limit.Split(';').Single(part => part.StartsWith("r=", StringComparison.Ordinal))[2..], System.Globalization.CultureInfo.InvariantCulture)
        : null;
}
