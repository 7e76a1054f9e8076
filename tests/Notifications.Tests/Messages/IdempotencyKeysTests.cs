using System.Text.Json;
using CsCheck;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Tests.Messages;

public sealed class IdempotencyKeysTests
{
    private const string Wrong = "The key must be 1 to 255 visible ASCII characters, such as a UUID.";

    [Theory]
    [InlineData(null)]
    [InlineData("!")]
    [InlineData("0191f2d4-7c1e-7b3c-9c53-0242ac120002~")]
    public void A_key_of_visible_ASCII_is_good(string? key) => Assert.Null(IdempotencyKeys.Problem(key));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\n")]
    public void Any_other_key_is_wrong(string key) => Assert.Equal(Wrong, IdempotencyKeys.Problem(key));

    [Fact]
    public void A_key_has_255_characters_at_most()
    {
        Assert.Null(IdempotencyKeys.Problem(new('k', 255)));
        Assert.Equal(Wrong, IdempotencyKeys.Problem(new('k', 256)));
    }

    [Fact]
    public void Without_a_key_nothing_is_hashed() => Assert.Null(IdempotencyKeys.Of(new("c", null), "sms", "a"));

    [Fact]
    public void Other_content_has_another_hash() =>
        Gen.Select(Parts, Parts).Where((one, other) => !one.SequenceEqual(other)).Sample((one, other) =>
            !IdempotencyKeys.Of(new("c", "k"), "sms", one)!.ContentHash.SequenceEqual(IdempotencyKeys.Of(new("c", "k"), "sms", other)!.ContentHash));

    [Fact]
    public void The_same_content_at_another_endpoint_is_other_content() =>
        Assert.NotEqual(IdempotencyKeys.Of(new("c", "k"), "sms", "a")!.ContentHash, IdempotencyKeys.Of(new("c", "k"), "bulk", "a")!.ContentHash);

    [Theory]
    [InlineData("""{ "b": [1, {"d":null,"c":"é"}], "a": 1.50 }""", """{"a":1.50,"b":[1,{"c":"\u00E9","d":null}]}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    public void JSON_has_one_canonical_form(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(expected, CanonicalJson.Of(document.RootElement));
    }

    private static Gen<string?[]> Parts => Gen.OneOf<string?>(null, "", "a", "aa", "b").Array[0, 4];
}
