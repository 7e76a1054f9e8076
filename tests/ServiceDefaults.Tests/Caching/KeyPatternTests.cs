using System.Text.RegularExpressions;
using CsCheck;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Caching;

public sealed class KeyPatternTests(DataStores stores)
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char["ab*?[]^-\\é"], 0, 8];
    private static readonly Gen<string> Pattern = Text.Where(text => text.Length > 0);

    [Theory]
    [InlineData("user:*", "user:", true)]
    [InlineData("user:*", "user:1:2", true)]
    [InlineData("user:*", "users", false)]
    [InlineData("*", "", true)]
    [InlineData("u?er", "user", true)]
    [InlineData("u?er", "uer", false)]
    [InlineData("*:a*:b", "x:a:a:b", true)]
    [InlineData("[ab]", "a", false)]
    [InlineData("[ab]", "[ab]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("\\", "\\", true)]
    public void Stars_and_question_marks_are_wildcards(string pattern, string key, bool matches) =>
        Assert.Equal(matches, new KeyPattern(pattern).IsMatch(key));

    [Fact]
    public void It_matches_what_a_regular_expression_would() => Gen.Select(Pattern, Text).Sample((pattern, key) =>
    {
        var expression = new Regex($"^(?:{ToRegex(pattern)})\\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return new KeyPattern(pattern).IsMatch(key) == expression.IsMatch(key);
    });

    [Fact]
    public void What_is_escaped_matches_itself_alone() => Gen.Select(Pattern, Text).Sample((key, other) =>
        new KeyPattern(KeyPattern.Escape(key)).IsMatch(key)
        && new KeyPattern(KeyPattern.Escape(key)).IsMatch(other) == (key == other));

    [Fact]
    public async Task A_server_finds_all_that_match()
    {
        var prefix = DataStores.CreateRedisPrefix();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stores.RedisConnectionString);
        var keys = Text.Array[100].Single().Distinct().ToArray();
        await Task.WhenAll(keys.Select(key => redis.GetDatabase().StringSetAsync(prefix + key, 1, TimeSpan.FromMinutes(1))));

        foreach (var text in Pattern.Array[50].Single())
        {
            var pattern = new KeyPattern(text);
            var found = redis.GetServers()[0].Keys(pattern: prefix + pattern.ForRedis).Select(key => ((string)key!)[prefix.Length..]).ToHashSet();
            Assert.All(keys.Where(pattern.IsMatch), key => Assert.True(found.Contains(key), $"{text} misses {key}"));
        }
    }

    private static string ToRegex(string pattern) => Regex.Replace(
        pattern,
        @"\\(?<literal>.)|(?<any>\*)|(?<one>\?)|(?<other>.)",
        token => token.Groups["any"].Success ? ".*"
            : token.Groups["one"].Success ? "."
            : Regex.Escape(token.Groups["literal"].Success ? token.Groups["literal"].Value : token.Value),
        RegexOptions.Singleline);
}
