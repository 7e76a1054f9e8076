using CsCheck;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

public sealed class ApiKeyScopesTests
{
    /// <summary>Every scope of up to three parts of a small alphabet, and one that no pattern of it names.</summary>
    private static readonly string[] Universe =
    [
        .. from first in (string[])["a", "b", "ab"] select first,
        .. from first in (string[])["a", "b", "ab"] from second in (string[])["a", "b"] select $"{first}:{second}",
        .. from first in (string[])["a", "b", "ab"] from second in (string[])["a", "b"] from third in (string[])["a", "z"]
           select $"{first}:{second}:{third}",
        .. from first in (string[])["a", "b", "ab"] select $"{first}:z",
        "z",
    ];

    private static readonly string[] Patterns =
        ["*", .. Universe.Where(scope => !scope.Contains('z', StringComparison.Ordinal)), .. Universe.Select(scope => $"{scope}:*")];

    [Theory]
    [InlineData("notifications:send", "notifications:send", true)]
    [InlineData("notifications:*", "notifications:send", true)]
    [InlineData("notifications:*", "notifications:send:bulk", true)]
    [InlineData("notifications:*", "notifications", false)]
    [InlineData("notifications:*", "notifications-admin:send", false)]
    [InlineData("notifications:send", "notifications:*", false)]
    [InlineData("notifications:send", "notifications:sender", false)]
    [InlineData("notifications:*", "*", false)]
    [InlineData("*", "*", true)]
    [InlineData("*", "backups:run", true)]
    public void A_wildcard_stands_for_what_begins_like_it(string held, string asked, bool covered) =>
        Assert.Equal(covered, ApiKeyScopes.Covers(held, asked));

    /// <summary>The rule against gaining scopes by making a key: whoever is covered can do no more than the one who covers.</summary>
    [Fact]
    public void What_is_covered_can_do_nothing_that_its_holder_cannot() =>
        Gen.Select(Gen.OneOf([.. Patterns.Select(Gen.Const)]), Gen.OneOf([.. Patterns.Select(Gen.Const)])).Sample((held, asked) =>
        {
            var holder = Universe.Where(scope => ApiKeyScopes.Covers(held, scope)).ToHashSet();
            var other = Universe.Where(scope => ApiKeyScopes.Covers(asked, scope)).ToHashSet();
            return !ApiKeyScopes.Covers(held, asked) || other.IsSubsetOf(holder);
        });

    [Theory]
    [InlineData("*", true)]
    [InlineData("backups", true)]
    [InlineData("api-keys:read", true)]
    [InlineData("a:b:c:*", true)]
    [InlineData("", false)]
    [InlineData("a:", false)]
    [InlineData(":a", false)]
    [InlineData("a*", false)]
    [InlineData("a:*:b", false)]
    [InlineData("*:a", false)]
    [InlineData("A:b", false)]
    [InlineData("a b", false)]
    [InlineData("a\"b", false)]
    [InlineData("a:b\n", false)]
    public void Scopes_have_one_form(string scope, bool valid) => Assert.Equal(valid, ApiKeyScopes.IsValid(scope));

    [Fact]
    public void A_scope_has_at_most_64_characters()
    {
        Assert.True(ApiKeyScopes.IsValid(new('a', 64)));
        Assert.False(ApiKeyScopes.IsValid(new('a', 65)));
    }
}
