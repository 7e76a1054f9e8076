using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProdReady.Notifications.Templates;

/// <summary>Makes templates of files, and reports everything that is wrong with them.</summary>
internal static partial class TemplateLoader
{
    /// <summary>Reads all templates.</summary>
    /// <param name="files">Their files.</param>
    /// <param name="failures">Gets a sentence for each thing that is wrong, with the file's path.</param>
    /// <returns>Those that could be read; all that are there are good if there are no failures.</returns>
    public static IReadOnlyList<Template> Load(IReadOnlyList<TemplateFile> files, List<string> failures)
    {
        failures.AddRange(files.Where(file => !FilePath().IsMatch(file.Path)).Select(file =>
            $"Template file {file.Path} is out of place: expected are {{type}}/{{version}}/template.json and {{type}}/{{version}}/{{locale}}.txt. "
            + "Example: transfer-sent/1/fr.txt"));
        var templates = new List<Template>();
        foreach (var folder in files.Where(file => FilePath().IsMatch(file.Path)).GroupBy(file => file.Folder))
        {
            if (Read([.. folder], failures) is { } template)
            {
                failures.AddRange(TemplateChecks.Failures(template).Select(failure => $"Template {folder.Key}{failure}"));
                templates.Add(template);
            }
        }

        return templates;
    }

    private static Template? Read(IReadOnlyList<TemplateFile> files, List<string> failures)
    {
        var parts = files[0].Folder.Split('/');
        if (files.FirstOrDefault(file => file.IsDescription) is not { } description)
        {
            failures.Add($"Template {files[0].Folder} has texts, and no template.json.");
            return null;
        }

        try
        {
            var texts = new Dictionary<string, TemplateText>(StringComparer.OrdinalIgnoreCase);
            foreach (var file in files.Where(file => !file.IsDescription))
            {
                if (ReadText(file, failures) is { } text)
                {
                    texts[file.Name] = text;
                }
            }

            return new Template(
                parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), TemplateDescription.Parse(description.Text), texts);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            failures.Add($"Template {description.Path} cannot be read: {exception.Message}");
            return null;
        }
    }

    private static TemplateText? ReadText(TemplateFile file, List<string> failures)
    {
        try
        {
            var culture = CultureInfo.GetCultureInfo(file.Name, predefinedOnly: true);
            if (PluralRules.TryFind(culture, out var plurals))
            {
                return new TemplateText(culture, TextSyntax.Parse(file.Text), plurals);
            }

            failures.Add(
                $"Template {file.Path} is in a language whose plural forms are not known here: add it to PluralRules.cs, by CLDR's rules.");
        }
        catch (CultureNotFoundException)
        {
            failures.Add($"Template {file.Path} is in no locale: '{file.Name}' is not one of ICU's. Example: fr.txt or fr-CA.txt");
        }
        catch (FormatException exception)
        {
            failures.Add($"Template {file.Path} {exception.Message}.");
        }

        return null;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,63}/[1-9][0-9]{0,3}/(template\.json|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\.txt)\z")]
    private static partial Regex FilePath();
}
