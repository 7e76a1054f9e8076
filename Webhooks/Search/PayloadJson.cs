using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Search;

/// <summary>The JSON by which an event's body is found.</summary>
internal static class PayloadJson
{
    /// <summary>What stands in place of a value that is encrypted at rest.</summary>
    private const string Hidden = "(encrypted)";

    /// <summary>
    /// The body as JSON, a form as an object of its fields, or <see langword="null"/> if it is neither. Whatever
    /// <paramref name="hiddenPaths"/> (RFC 6901) point to is left out: it is encrypted in the body, and must not stand here in clear.
    /// </summary>
    public static string? Of(EventContent content, IReadOnlyList<string> hiddenPaths)
    {
        if (content.IsSealed)
        {
            return null;
        }

        try
        {
            var body = Encoding.UTF8.GetString(content.Body.Span);
            if (IsForm(content))
            {
                return FormJson(body, hiddenPaths.Count > 0) is { } form ? Hide(form, hiddenPaths).ToJsonString() : null;
            }

            if (hiddenPaths.Count == 0)
            {
                // Postgres parses it, and knows what is not JSON
                return body;
            }

            return JsonNode.Parse(body) is { } root ? Hide(root, hiddenPaths).ToJsonString() : null;
        }
        // The second: an object that has a name twice, of which Postgres would take the last
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <remarks>What is JSON by its bytes is JSON: nobody signs Content-Type, and a body that is taken for a form is one long name.</remarks>
    private static bool IsForm(EventContent content) =>
        content.Headers.GetValueOrDefault("content-type")?.StartsWith(RequestFields.FormType, StringComparison.OrdinalIgnoreCase) == true
        && !RequestFields.IsJson(content.Body.Span);

    /// <summary>
    /// A form's fields. Where something <paramref name="isHidden"/>, JSON in a field's value is not found, as a path does not lead into it;
    /// <see langword="null"/> if some is in a name, which is no form's.
    /// </summary>
    private static JsonObject? FormJson(string body, bool isHidden)
    {
        var form = new JsonObject();
        foreach (var (name, values) in QueryHelpers.ParseQuery(body))
        {
            if (isHidden && name.AsSpan().IndexOfAny('{', '"') >= 0)
            {
                return null;
            }

            var texts = values.Select(value => isHidden && IsJson(value) ? Hidden : value).ToList();
            form[name] = texts is [var only] ? only : new JsonArray([.. texts.Select(text => (JsonNode?)text)]);
        }

        return form;
    }

    private static bool IsJson(string? value) => value?.Trim().TrimStart('\ufeff') is ['{' or '[' or '"', ..];

    private static JsonNode Hide(JsonNode root, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            var steps = path.Split('/').Skip(1).Select(Unescape).ToArray();
            Hide(root, steps);
        }

        return root;
    }

    /// <summary>A step <c>*</c> is every element of a list.</summary>
    private static void Hide(JsonNode? node, ReadOnlySpan<string> steps)
    {
        switch (node)
        {
            case JsonObject members when steps.Length == 1 && members.ContainsKey(steps[0]):
                members[steps[0]] = Hidden;
                break;
            case JsonObject members when steps.Length > 1:
                Hide(members[steps[0]], steps[1..]);
                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    if (steps[0] != "*" && steps[0] != $"{index}")
                    {
                        continue;
                    }

                    if (steps.Length == 1)
                    {
                        items[index] = Hidden;
                    }
                    else
                    {
                        Hide(items[index], steps[1..]);
                    }
                }

                break;
        }
    }

    private static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
