using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Configuration;
using ProdReady.Gateway.Proxy;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Testing;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Documentation.Tests.Configuration;

public sealed partial class ConfigurationPageTests
{
    private const string Page = "docs/configuration.md";

    private static readonly Lazy<string> Generated = new(() => ConfigurationPage.Write(
    [
        (Introductions.Gateway, RegisteredOptions<ProxyOptions>.Read()),
        (Introductions.Webhooks, RegisteredOptions<WebhooksOptions>.Read()),
        (Introductions.Notifications, RegisteredOptions<SmsOptions>.Read()),
        (Introductions.Backups, RegisteredOptions<BackupsOptions>.Read()),
    ]));

    [Fact]
    public void The_page_says_what_the_options_classes_say()
    {
        var committed = Path.Combine(Checkout.Directory, Page);
        if (File.Exists(committed) && File.ReadAllText(committed).ReplaceLineEndings("\n") == Generated.Value)
        {
            return;
        }

        var current = Path.Combine(AppContext.BaseDirectory, "configuration.md");
        File.WriteAllText(current, Generated.Value);
        Assert.Fail(
            $"{Page} is out of date: an options class, its summaries, EnvironmentNames or .env.example changed. Take over the new page: "
            + $"cp {Path.GetRelativePath(Checkout.Directory, current)} {Page}");
    }

    /// <remarks>So that none is forgotten because it is only registered under a condition.</remarks>
    [Fact]
    public void Only_sections_that_no_service_can_be_given_are_left_out()
    {
        var missing = typeof(ProxyOptions).Assembly.GetTypes()
            .Concat(typeof(WebhooksOptions).Assembly.GetTypes())
            .Concat(typeof(SmsOptions).Assembly.GetTypes())
            .Concat(typeof(BackupsOptions).Assembly.GetTypes())
            .Concat(typeof(CacheOptions).Assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && SectionName.Of(type) is { } section
                && !Generated.Value.Contains($"### `{section}", StringComparison.Ordinal));

        // The cache is there for services to come; connection strings stand among the variables
        Assert.Equal([typeof(CacheOptions), typeof(DataStoreOptions)], missing.OrderBy(type => type.Name));
    }

    [Fact]
    public void Every_link_leads_somewhere_and_no_two_headings_are_one_target()
    {
        var anchors = Headings().Matches(Generated.Value).Select(heading => ConfigurationPage.Anchor(heading.Groups["text"].Value)).ToList();
        Assert.Distinct(anchors);
        foreach (var target in Links().Matches(Generated.Value).Select(link => link.Groups["target"].Value))
        {
            Assert.True(
                target.StartsWith('#') ? anchors.Contains(target[1..]) : File.Exists(Path.Combine(Checkout.Directory, "docs", target)),
                $"{Page} links to {target}, which is not there.");
        }
    }

    [Fact]
    public void Every_number_and_duration_says_its_range()
    {
        var without = Rows().Matches(Generated.Value)
            .Where(row => row.Groups["value"].Value is "whole number" or "number" or "duration" && !Range().IsMatch(row.Groups["meaning"].Value))
            .Select(row => row.Groups["key"].Value);

        // Told by the summary of its property, such as: "1 s to 1 h"
        Assert.Empty(without);
    }

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^\| `(?<key>[^`]+)`[^|]* \| (?<value>[^|]+) \| [^|]+ \| (?<meaning>.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    /// <summary>From this to that, or one end alone.</summary>
    [GeneratedRegex(@"\d.* to \S|from \d+ on|[Uu]p to |[Aa]t most |[Aa]bove ")]
    private static partial Regex Range();
}
