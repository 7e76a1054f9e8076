using System.Text.RegularExpressions;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Scopes: names in parts, such as <c>notifications:send</c>; <c>notifications:*</c> is everything that begins with
/// <c>notifications:</c>, and <c>*</c> is everything.
/// </summary>
public static partial class ApiKeyScopes
{
    /// <summary>Every scope.</summary>
    public const string Every = "*";

    /// <summary>The longest scope, in characters.</summary>
    public const int Longest = 64;

    /// <summary>Whether a text can be a scope of a key.</summary>
    public static bool IsValid(string scope) => scope.Length <= Longest && Pattern().IsMatch(scope);

    /// <summary>Whether holding <paramref name="held"/> gives <paramref name="asked"/>, which may have a wildcard, too.</summary>
    public static bool Covers(ReadOnlySpan<char> held, ReadOnlySpan<char> asked) =>
        held is Every
        || held.SequenceEqual(asked)
        || (held.EndsWith(":*", StringComparison.Ordinal) && asked.StartsWith(held[..^1], StringComparison.Ordinal));

    /// <summary>Those of <paramref name="asked"/> that none of <paramref name="held"/> gives.</summary>
    public static IReadOnlyList<string> Missing(IEnumerable<string> held, IEnumerable<string> asked) =>
        [.. asked.Where(scope => !held.Any(candidate => Covers(candidate, scope)))];

    [GeneratedRegex(@"^(\*|[a-z0-9-]+(:[a-z0-9-]+)*(:\*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
