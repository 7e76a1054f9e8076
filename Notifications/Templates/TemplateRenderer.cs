using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Segments;

namespace ProdReady.Notifications.Templates;

/// <summary>A template with its values in it.</summary>
/// <param name="Template">Which it is: <c>transfer-sent@1</c>.</param>
/// <param name="Locale">The locale that the text is in, which may be another one than was asked for.</param>
/// <param name="Body">The text.</param>
/// <param name="Segments">What it takes.</param>
/// <param name="Kind">What its message is for.</param>
/// <param name="QuietHours">Whether its message waits until quiet hours are over.</param>
internal sealed record RenderedText(
    string Template, string Locale, string Body, SegmentCount Segments, MessageKind Kind, bool QuietHours);

/// <summary>Makes texts of templates.</summary>
internal sealed class TemplateRenderer(TemplateCatalog catalog)
{
    private const int LongestName = 64;

    /// <summary>Renders a template.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="version">Its version; <see langword="null"/> for the latest.</param>
    /// <param name="locale">The recipient's; <see langword="null"/> for the template's default.</param>
    /// <param name="data">An object with the value of every placeholder, and nothing else.</param>
    /// <param name="text">The text.</param>
    /// <param name="errors">
    /// Else what is wrong by field: <c>type</c>, <c>version</c>, <c>locale</c>, <c>data</c>, or <c>data.</c> and the placeholder.
    /// </param>
    public bool TryRender(
        string? type,
        int? version,
        string? locale,
        JsonElement data,
        [NotNullWhen(true)] out RenderedText? text,
        out Dictionary<string, string[]> errors)
    {
        text = null;
        errors = [];
        if (locale is not null && !IsLocale(locale))
        {
            errors["locale"] = ["This is no locale. Example: fr or fr-CA"];
        }

        if (catalog.Find(type, version, errors) is not { } template)
        {
            return false;
        }

        var values = Read(template, data, errors);
        if (errors.Count > 0)
        {
            return false;
        }

        var chosen = template.Text(locale);
        var body = chosen.Write(template.Description.Placeholders, values);
        var segments = SegmentCount.Of(body);
        if (segments.Segments > template.Description.MaxSegments)
        {
            // Only letters of many characters each come here, which segments cannot be filled with
            errors["data"] = [$"The text would take {segments.Segments} segments; the template allows {template.Description.MaxSegments}."];
            return false;
        }

        text = new(template.Name, chosen.Culture.Name, body, segments, template.Description.Kind, template.Description.QuietHours);
        return true;
    }

    private static Dictionary<string, object> Read(Template template, JsonElement data, Dictionary<string, string[]> errors)
    {
        var values = new Dictionary<string, object>();
        var placeholders = template.Description.Placeholders;
        var isObject = data.ValueKind == JsonValueKind.Object;
        if (!isObject && data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            errors["data"] = ["This must be an object with the values of the template's placeholders."];
            return values;
        }

        foreach (var name in isObject ? data.EnumerateObject().Select(member => member.Name).Where(name => !placeholders.ContainsKey(name)) : [])
        {
            errors[$"data.{(name.Length <= LongestName ? name : name[..LongestName])}"] =
            [
                placeholders.Count > 0
                    ? $"The template {template.Name} has no such placeholder. It has: {string.Join(", ", placeholders.Keys)}."
                    : $"The template {template.Name} has no placeholders.",
            ];
        }

        foreach (var (name, placeholder) in placeholders)
        {
            string? problem = "This placeholder is required.";
            var value = isObject && data.TryGetProperty(name, out var given) && given.ValueKind != JsonValueKind.Null
                ? placeholder.Read(given, out problem)
                : null;
            if (value is null)
            {
                errors[$"data.{name}"] = [problem ?? "This placeholder is required."];
            }
            else
            {
                values[name] = value;
            }
        }

        return values;
    }

    private static bool IsLocale(string locale)
    {
        try
        {
            return locale.Length > 0 && CultureInfo.GetCultureInfo(locale.Replace('_', '-')).Name.Length > 0;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }
}
