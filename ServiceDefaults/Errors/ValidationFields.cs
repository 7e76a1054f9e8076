using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>
/// The built-in validation names fields as C# does (<c>ShipTo.Lines[1].PostCode</c>); a caller knows them as the JSON does
/// (<c>shipTo.lines[1].postCode</c>, or what <c>[JsonPropertyName]</c> says).
/// </summary>
internal static class ValidationFields
{
    public static void NameAsInJson(HttpValidationProblemDetails problem, HttpContext context)
    {
        // The exception handler and status pages clear the endpoint; what validates does not
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } body)
        {
            return;
        }

        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var errors = new Dictionary<string, string[]>(problem.Errors.Count, StringComparer.Ordinal);
        foreach (var (path, reasons) in problem.Errors)
        {
            var name = Translate(path, body, options);
            errors[name] = errors.TryGetValue(name, out var others) ? [.. others, .. reasons] : reasons;
        }

        problem.Errors = errors;
    }

    /// <summary>A part that is no property of its type, such as a parameter's name, stays as it is.</summary>
    internal static string Translate(string path, Type body, JsonSerializerOptions options)
    {
        var translated = new StringBuilder(path.Length);
        var type = body;
        foreach (var part in path.Split('.'))
        {
            var index = part.IndexOf('[', StringComparison.Ordinal);
            var member = index < 0 ? part : part[..index];
            var property = type is null ? null : Property(type, member, options);
            translated
                .Append(translated.Length > 0 ? "." : "")
                .Append(property?.Name ?? member)
                .Append(index < 0 ? "" : part[index..]);
            type = property?.PropertyType;
            if (type is not null && index >= 0)
            {
                type = options.GetTypeInfo(type).ElementType;
            }
        }

        return translated.ToString();
    }

    /// <summary>The type at a path that names everything as the JSON does; <see langword="null"/> where that is not known.</summary>
    internal static Type? TypeAt(string path, Type body, JsonSerializerOptions options)
    {
        var type = body;
        foreach (var part in path.Split('.'))
        {
            var index = part.IndexOf('[', StringComparison.Ordinal);
            var name = index < 0 ? part : part[..index];
            type = options.GetTypeInfo(type).Properties
                .FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.PropertyType;
            type = type is null || index < 0 ? type : options.GetTypeInfo(type).ElementType;
            if (type is null)
            {
                return null;
            }
        }

        return type;
    }

    private static JsonPropertyInfo? Property(Type type, string member, JsonSerializerOptions options) =>
        options.GetTypeInfo(type).Properties.FirstOrDefault(property => property.AttributeProvider is MemberInfo { Name: var name } && name == member);
}
