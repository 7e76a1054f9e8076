using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Templates;

/// <summary>All templates, as they were when the service started.</summary>
internal sealed class TemplateCatalog
{
    private readonly FrozenDictionary<(string Type, int Version), Template> _versions;
    private readonly FrozenDictionary<string, Template> _latest;

    public TemplateCatalog(IOptions<TemplateOptions> options)
    {
        // What is wrong has stopped the start
        All = TemplateLoader.Load(TemplateFiles.Read(options.Value.Directory, []), []);
        _versions = All.ToFrozenDictionary(template => (template.Type, template.Version));
        _latest = All.GroupBy(template => template.Type).ToFrozenDictionary(
            versions => versions.Key, versions => versions.MaxBy(template => template.Version)!, StringComparer.Ordinal);
    }

    /// <summary>Every version of every template.</summary>
    public IReadOnlyList<Template> All { get; }

    /// <summary>Finds a template; without a version, the latest.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="version">Its version.</param>
    /// <param name="errors">Gets what is wrong by field: <c>type</c> or <c>version</c>.</param>
    public Template? Find(string? type, int? version, Dictionary<string, string[]> errors)
    {
        if (type is null || !_latest.TryGetValue(type, out var latest))
        {
            errors["type"] = [$"There is no such template. There are: {string.Join(", ", _latest.Keys.Order(StringComparer.Ordinal))}."];
            return null;
        }

        if (version is null || version == latest.Version)
        {
            return latest;
        }

        if (!_versions.TryGetValue((type, version.Value), out var found))
        {
            var versions = All.Where(template => template.Type == type).Select(template => template.Version.ToString(CultureInfo.InvariantCulture));
            errors["version"] = [$"There is no such version of {type}. There are: {string.Join(", ", versions)}."];
        }

        return found;
    }
}
