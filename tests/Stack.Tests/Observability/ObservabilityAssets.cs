using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Observability;

/// <summary>The files of <c>docs/observability</c>.</summary>
internal static partial class ObservabilityAssets
{
    private static readonly string[] OthersOwn = ["up"];

    /// <summary>Every metric that an alert or a panel names.</summary>
    public static IReadOnlySet<string> Metrics() =>
        Alerts().Concat(Panels()).SelectMany(Names).Except(OthersOwn).ToHashSet(StringComparer.Ordinal);

    /// <summary>What the alerts say to read, such as <c>docs/incident-response.md#errors</c>.</summary>
    public static IReadOnlyList<string> Runbooks() => [.. RunbookLine().Matches(Read("alerts.yml")).Select(match => match.Groups["link"].Value)];

    private static string Folder => Path.Combine(Checkout.Directory, "docs", "observability");

    private static string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>A rule's expression is on its line, or indented below it.</summary>
    private static IEnumerable<string> Alerts() => Expression().Matches(Read("alerts.yml")).Select(match => match.Groups["expression"].Value);

    private static IEnumerable<string> Panels()
    {
        using var dashboard = JsonDocument.Parse(Read("grafana-dashboard.json"));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!),
        ];
    }

    /// <summary>A metric is what a selector or a range follows, or what a function is of; labels and functions are neither.</summary>
    private static IEnumerable<string> Names(string expression) => Metric()
        .Matches(Braces().Replace(Grouping().Replace(expression, ""), ""))
        .Select(match => match.Value);

    [GeneratedRegex(@"expr: (?:\|\n(?<expression>(?: {10,}.*\n)+)|(?<expression>.*)\n)")]
    private static partial Regex Expression();

    [GeneratedRegex(@"runbook: (?<link>\S+)")]
    private static partial Regex RunbookLine();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\bby \([^)]*\)")]
    private static partial Regex Grouping();

    // Ours and the conventions' have an underscore; PromQL's functions that have one are followed by a parenthesis
    [GeneratedRegex(@"\b[a-z]+(?:_[a-z0-9]+)+\b(?!\s*\()|\bup\b")]
    private static partial Regex Metric();
}
