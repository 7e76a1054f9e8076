using System.Text;
using System.Text.RegularExpressions;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>Writes <c>docs/configuration.md</c>.</summary>
internal sealed partial class ConfigurationPage
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<EnvironmentName> _shown = [];

    /// <summary>The whole page.</summary>
    /// <param name="services">The services by name, with the options that each registers.</param>
    public static string Write(IReadOnlyList<(string Name, IReadOnlyList<Type> Options)> services)
    {
        var page = new ConfigurationPage();
        var common = typeof(EnvironmentNames).Assembly;
        var chapters = services
            .Select(service => new Chapter(service.Name, SectionsOf([.. service.Options.Where(type => type.Assembly != common)])))
            .Prepend(new(Introductions.EveryService, SectionsOf([.. services.SelectMany(service => service.Options).Where(type => type.Assembly == common).Distinct()])))
            .ToList();
        page.WriteContents(chapters);
        foreach (var chapter in chapters)
        {
            page.Line($"## {chapter.Name}").Line();
            page.Line(Introductions.Of(chapter.Name)).Line();
            foreach (var section in chapter.Sections)
            {
                var readers = services.Where(service => section.Types.Any(service.Options.Contains)).Select(service => service.Name).ToList();
                page.WriteSection(section, section.Types[0].Assembly == common && readers.Count < services.Count ? readers : []);
            }
        }

        page.WriteOtherVariables();
        return page._text.ToString().TrimEnd() + "\n";
    }

    private static List<Section> SectionsOf(List<Type> options)
    {
        var reader = new SettingReader();
        return [.. options
            .GroupBy(PathOf)
            .OrderBy(section => section.Key, StringComparer.OrdinalIgnoreCase)
            .Select(section => new Section(
                section.Key, [.. section], [.. section.SelectMany(type => reader.Read(type, section.Key, Summaries.Of(type)))]))
            .Where(section => section.Groups.Any(group => group.Settings.Count > 0))];
    }

    private static string PathOf(Type type)
    {
        var section = SectionName.Of(type)!;
        // The one class that has a section for each of its names
        return type == typeof(JobQueueOptions) ? $"{section}:{{name}}" : section;
    }

    private void WriteContents(List<Chapter> chapters)
    {
        Line(Introductions.Page);
        foreach (var chapter in chapters)
        {
            var sections = chapter.Sections.Select(section => $"[`{section.Path}`](#{Anchor(section.Path)})");
            Line($"- [{chapter.Name}](#{Anchor(chapter.Name)}): {string.Join(", ", sections)}");
        }

        Line($"- [{Introductions.OtherVariables}](#{Anchor(Introductions.OtherVariables)})").Line();
    }

    private void WriteSection(Section section, List<string> readers)
    {
        // Two classes of one section are one table to whoever reads it
        var own = section.Groups.Where(group => group.Path == section.Path).ToList();
        Line($"### `{section.Path}`").Line();
        Line(string.Join(' ', own.Select(group => group.Meaning.Replace($": `{section.Path}`", "", StringComparison.Ordinal)))
            + (readers.Count > 0 ? $" Read by {string.Join(" and ", readers.Select(name => char.ToLowerInvariant(name[0]) + name[1..]))}." : "")).Line();
        WriteTable([.. own.SelectMany(group => group.Settings)]);
        foreach (var group in section.Groups.Except(own))
        {
            Line($"#### `{group.Path}`").Line();
            Line(group.Meaning).Line();
            WriteTable(group.Settings);
        }
    }

    private void WriteTable(IReadOnlyList<Setting> settings)
    {
        if (settings.Count == 0)
        {
            return;
        }

        Line("| Key | Value | Default | Meaning |").Line("|---|---|---|---|");
        foreach (var setting in settings)
        {
            var variables = VariablesOf(setting.Key);
            Row(
                string.Join("<br>", variables.Select(variable => variable.Text).Prepend($"`{setting.Key}`")),
                setting.Type,
                setting.Default,
                EnvironmentInBrackets().Replace(setting.Meaning, ""));
            _shown.UnionWith(variables.Select(variable => variable.Name));
        }

        Line();
    }

    private void WriteOtherVariables()
    {
        Line($"## {Introductions.OtherVariables}").Line();
        Line(Introductions.Of(Introductions.OtherVariables)).Line();
        foreach (var chapter in DocumentedVariable.ReadAll().Where(variable => !_shown.Contains(variable.Variable)).GroupBy(variable => variable.Chapter))
        {
            Line($"**{chapter.Key}**").Line();
            Line("| Variable | Meaning |").Line("|---|---|");
            foreach (var shared in chapter.GroupBy(variable => variable.Comment))
            {
                Row(
                    string.Join("<br>", shared.Select(variable => Text(variable.Variable) + KeyOf(variable.Variable))),
                    OrFile().Replace(shared.Key, "").TrimEnd('.') + ".");
            }

            Line();
        }
    }

    /// <summary>The variables that set a key, or one that it stands for.</summary>
    private static List<(EnvironmentName Name, string Text)> VariablesOf(string key)
    {
        var pattern = $"^{Regex.Escape(key).Replace(@"\{name}", "(?<name>[^:]+)", StringComparison.Ordinal)}$";
        return [.. from name in EnvironmentNames.All
                   from match in name.ConfigurationKeys.Select(candidate => Regex.Match(candidate, pattern, RegexOptions.IgnoreCase))
                   where match.Success
                   select (name, Text(name) + (match.Groups["name"] is { Success: true } part ? $" ({part.Value})" : ""))];
    }

    private static string Text(EnvironmentName name) => $"`{name.Name}`{(name.IsSecret ? " or `_FILE`" : "")}";

    private static string KeyOf(EnvironmentName name) =>
        name.ConfigurationKey is { } key && key != name.Name ? $"<br>`{key}`" : "";

    /// <summary>As GitHub makes them.</summary>
    public static string Anchor(string heading) => NoAnchor().Replace(heading.ToLowerInvariant().Replace(' ', '-'), "");

    private void Row(params ReadOnlySpan<string> cells)
    {
        foreach (var cell in cells)
        {
            _text.Append("| ").Append(cell.Replace("|", @"\|", StringComparison.Ordinal)).Append(' ');
        }

        Line("|");
    }

    private ConfigurationPage Line(string text = "")
    {
        _text.Append(text).Append('\n');
        return this;
    }

    /// <summary>It stands beside the key anyway.</summary>
    [GeneratedRegex(@" \(`[A-Z0-9_]{5,}`\)")]
    private static partial Regex EnvironmentInBrackets();

    [GeneratedRegex(@" \((headers: )?or _FILE\)")]
    private static partial Regex OrFile();

    [GeneratedRegex("[^a-z0-9_-]")]
    private static partial Regex NoAnchor();

    private sealed record Chapter(string Name, List<Section> Sections);

    private sealed record Section(string Path, List<Type> Types, List<SettingGroup> Groups);
}
