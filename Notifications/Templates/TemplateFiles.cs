using System.Text;

namespace ProdReady.Notifications.Templates;

/// <summary>A file of a template.</summary>
/// <param name="Path">Its path inside the folder of templates, such as <c>transfer-sent/1/fr.txt</c>.</param>
/// <param name="Text">What is in it: with line feeds, without white space at its end, which editors add.</param>
internal sealed record TemplateFile(string Path, string Text)
{
    /// <summary>What everything in this file's folder belongs to, such as <c>transfer-sent/1</c>.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    /// <summary>Its name without its extension: a locale, or <c>template</c>.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Whether it is the description, and not a text.</summary>
    public bool IsDescription => Path.EndsWith("/template.json", StringComparison.Ordinal);
}

/// <summary>The service's own templates, and the operator's over them.</summary>
internal static class TemplateFiles
{
    /// <summary>What the project file calls them in the assembly.</summary>
    private const string Prefix = "Templates/";

    /// <summary>Reads all files, sorted by path.</summary>
    public static IReadOnlyList<TemplateFile> Read(string? directory, List<string> failures)
    {
        var files = new SortedDictionary<string, TemplateFile>(StringComparer.Ordinal);
        foreach (var file in Embedded())
        {
            files[file.Path] = file;
        }

        if (directory is { Length: > 0 })
        {
            foreach (var file in InDirectory(directory, failures))
            {
                files[file.Path] = file;
            }
        }

        return [.. files.Values];
    }

    private static IEnumerable<TemplateFile> Embedded()
    {
        var assembly = typeof(TemplateFiles).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            yield return Create(name[Prefix.Length..], reader.ReadToEnd());
        }
    }

    /// <summary>Hidden files are passed over, such as the <c>..data</c> of a mounted ConfigMap.</summary>
    private static List<TemplateFile> InDirectory(string directory, List<string> failures)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false })
                    .Select(path => Create(Path.GetRelativePath(directory, path), File.ReadAllText(path))),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            failures.Add($"Templates:Directory is '{directory}', which cannot be read: {exception.Message} Example: /etc/prodready/templates");
            return [];
        }
    }

    private static TemplateFile Create(string path, string text) => new(
        path.Replace('\\', '/'), text.ReplaceLineEndings("\n").TrimEnd().Normalize(NormalizationForm.FormC));
}
