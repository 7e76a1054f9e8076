namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>The Observatory's view of Content-Security-Policy, for the one policy that an answer of ours has.</summary>
internal sealed record ObservatoryPolicy(int Modifier, bool HasFrameAncestors)
{
    private static readonly HashSet<string> Broad =
        ["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"];

    private static readonly HashSet<string> UnsafeInline = [.. Broad, "'unsafe-inline'", "data:"];

    public static ObservatoryPolicy Parse(IReadOnlyList<string> headers)
    {
        if (headers.Count == 0)
        {
            return new(-25, false);
        }

        // Several are combined by rules that nothing here needs
        var directives = new Dictionary<string, HashSet<string>>();
        foreach (var parts in Assert.Single(headers).Split(';').Select(part => part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        {
            if (parts is [var name, .. var sources]
                && !directives.TryAdd(name.ToLowerInvariant(), [.. sources.Select(source => source.ToLowerInvariant())]))
            {
                // A directive that is there twice makes the whole policy invalid
                return new(-25, false);
            }
        }

        return new(ModifierOf(directives), directives.ContainsKey("frame-ancestors"));
    }

    private static int ModifierOf(Dictionary<string, HashSet<string>> policy)
    {
        var scripts = WithoutOverruled(Sources(policy, "script-src"));
        var styles = WithoutOverruled(Sources(policy, "style-src"));
        if (scripts.Overlaps(UnsafeInline) || Sources(policy, "object-src").Overlaps(Broad))
        {
            return -20;
        }

        if (policy.Where(directive => directive.Key is not ("img-src" or "media-src")).Any(directive => directive.Value.Any(IsInsecure)))
        {
            return -20;
        }

        if (scripts.Contains("'unsafe-eval'") || styles.Contains("'unsafe-eval'")
            || Sources(policy, "img-src").Concat(Sources(policy, "media-src")).Any(IsInsecure))
        {
            return -10;
        }

        if (styles.Overlaps(UnsafeInline))
        {
            return 0;
        }

        return policy.TryGetValue("default-src", out var rest) && rest.SetEquals(["'none'"]) ? 10 : 5;
    }

    private static HashSet<string> Sources(Dictionary<string, HashSet<string>> policy, string directive) =>
        policy.GetValueOrDefault(directive) ?? policy.GetValueOrDefault("default-src") ?? ["*"];

    /// <summary>A browser that knows nonces and hashes ignores 'unsafe-inline' beside them.</summary>
    private static HashSet<string> WithoutOverruled(HashSet<string> sources) =>
        sources.Any(source => source.StartsWith("'nonce-", StringComparison.Ordinal) || source.StartsWith("'sha", StringComparison.Ordinal))
            ? [.. sources.Where(source => source != "'unsafe-inline'")]
            : sources;

    private static bool IsInsecure(string source) =>
        source.StartsWith("http:", StringComparison.Ordinal) || source.StartsWith("ftp:", StringComparison.Ordinal);
}
