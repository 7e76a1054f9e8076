using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>What a destination's settings mean.</summary>
public sealed class DestinationTests
{
    [Theory]
    [InlineData("stripe:invoice.*", "stripe", "invoice.paid", true)]
    [InlineData("stripe:invoice.*", "stripe", "invoice", false)]
    [InlineData("stripe:invoice.*", "github", "invoice.paid", false)]
    [InlineData("STRIPE:a", "stripe", "a", true)]
    [InlineData("stripe:a", "stripe", "A", false)]
    [InlineData("stripe", "stripe", null, true)]
    [InlineData("stripe:*", "stripe", null, true)]
    [InlineData("stripe:**", "stripe", null, false)]
    [InlineData("*:*", "any", "thing", true)]
    [InlineData("*:push", "github", "push", true)]
    [InlineData("github:*.opened", "github", "issue.opened", true)]
    [InlineData("github:*.opened", "github", "issue.opened.again", false)]
    [InlineData("github:a:b", "github", "a:b", true)]
    public void Subscription_matches(string text, string source, string? type, bool matches)
    {
        Assert.True(Subscription.TryParse(text, out var subscription));
        Assert.Equal(matches, subscription.Matches(source, type));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":x")]
    [InlineData("stripe:")]
    [InlineData("str*:x")]
    [InlineData("stripe:a b")]
    [InlineData("stripe:a\n")]
    public void Unreadable_subscription_is_none(string? text) => Assert.False(Subscription.TryParse(text, out _));

    [Fact]
    public void Pattern_matches_what_a_regular_expression_would() => Gen.Select(
        Gen.String[Gen.Char["ab.*"], 1, 8], Gen.String[Gen.Char["ab.*"], 0, 10]).Sample((pattern, type) =>
    {
        Assert.True(Subscription.TryParse($"x:{pattern}", out var subscription));
        var regex = $"\\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z";
        return subscription.Matches("x", type) == Regex.IsMatch(type, regex);
    });

    [Theory]
    [InlineData("/data/customer", """{"data":{"customer":"c1"}}""", "s:c1")]
    [InlineData("/data/0/id", """{"data":[{"id":17}]}""", "s:17")]
    [InlineData("/data/1/id", """{"data":[{"id":17}]}""", null)]
    [InlineData("/a~1b/m~0n", """{"a/b":{"m~n":"x"}}""", "s:x")]
    [InlineData("/a", """{"a":null}""", null)]
    [InlineData("/a", """{"a":""}""", null)]
    [InlineData("/a", "{\"a\":\"\\ud800\"}", null)]
    [InlineData("/a", "not json", null)]
    [InlineData("/a", "[1]", null)]
    [InlineData("header:X-Shop", "{}", "s:north")]
    [InlineData("header:X-Other", "{}", null)]
    public void Ordering_key_is_found(string text, string body, string? expected)
    {
        Assert.True(OrderingKey.TryParse(text, out var key));
        Assert.Equal(expected, key.Of(Content(body)));
    }

    [Theory]
    [InlineData("{\"a\":\"x\\u0000y\"}")]
    [InlineData("{\"a\":\"\\ud83d\\ude00\"}")]
    public void Key_that_postgres_cannot_hold_is_hashed(string body)
    {
        Assert.True(OrderingKey.TryParse("/a", out var key));
        Assert.Matches("^s:sha256:[0-9a-f]{64}$", key.Of(Content(body)));
        Assert.Matches("^s:sha256:[0-9a-f]{64}$", key.Of(Content($$"""{"a":"{{new string('x', 300)}}"}""")));
    }

    [Theory]
    [InlineData("customer")]
    [InlineData("/")]
    [InlineData("/a~2")]
    [InlineData("header:")]
    [InlineData("header:a b")]
    public void Unreadable_ordering_key_is_none(string text) => Assert.False(OrderingKey.TryParse(text, out _));

    [Fact]
    public void Signature_is_that_of_standard_webhooks()
    {
        Assert.True(SigningKey.TryParse("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", out var key));
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            key.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"u8));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_...")]
    public void Weak_or_unreadable_secret_is_none(string? secret) => Assert.False(SigningKey.TryParse(secret, out _));

    private static EventContent Content(string body) => new(
        1, Guid.NewGuid(), "s", null, null, DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(body),
        new Dictionary<string, string> { ["x-shop"] = "north" }, null, null);
}
