using System.Globalization;

namespace ProdReady.Notifications.Templates;

/// <summary>A version of a template.</summary>
/// <param name="Type">What it tells, such as <c>transfer-sent</c>.</param>
/// <param name="Version">From 1 on. A version that was in use is not changed in its placeholders; a new one is added.</param>
/// <param name="Description">Its <c>template.json</c>.</param>
/// <param name="Texts">Its texts by locale, ignoring case.</param>
internal sealed record Template(
    string Type, int Version, TemplateDescription Description, IReadOnlyDictionary<string, TemplateText> Texts)
{
    /// <summary>As messages are marked with it: <c>transfer-sent@1</c>.</summary>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"{Type}@{Version}");

    /// <summary>The text in a locale, or in its language, or in the default one: <c>fr-CA</c>, then <c>fr</c>, then <c>en</c>.</summary>
    public TemplateText Text(string? locale)
    {
        for (var tag = locale?.Replace('_', '-'); tag is { Length: > 0 }; tag = tag.LastIndexOf('-') is > 0 and var end ? tag[..end] : null)
        {
            if (Texts.TryGetValue(tag, out var text))
            {
                return text;
            }
        }

        return Texts[Description.DefaultLocale];
    }
}
