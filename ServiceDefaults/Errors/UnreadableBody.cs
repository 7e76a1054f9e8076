using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>
/// Names the fields at which a JSON body could not be read. The framework tells only that it could not; the serializer's own
/// text would tell about our types.
/// </summary>
internal static class UnreadableBody
{
    /// <summary>The body itself, as the serializer and MVC name it.</summary>
    private const string Root = "$";

    /// <summary>A path may hold names that the caller made up.</summary>
    private const int LongestPath = 256;

    /// <summary>The reasons by field, each named as the caller wrote it; <see langword="null"/> if it is not the body's JSON that failed.</summary>
    public static Dictionary<string, string[]>? Errors(Exception? exception, HttpContext context)
    {
        if (exception is not BadHttpRequestException { InnerException: JsonException cause })
        {
            return null;
        }

        var path = cause.Path is { Length: > 0 and <= LongestPath } known ? known : Root;
        var field = path.StartsWith($"{Root}.", StringComparison.Ordinal) ? path[2..] : path;
        if (Missing(cause, field, context) is { Count: > 0 } missing)
        {
            return missing;
        }

        return new(StringComparer.Ordinal)
        {
            [field] = [Reason(cause)],
        };
    }

    private static string Reason(JsonException cause) => cause switch
    {
        // The reader's exception is inside the serializer's; the others have none there, and which of them it is the text alone says
        { InnerException: JsonException } => "The JSON is malformed here.",
        _ when cause.Message.Contains("could not be mapped to any", StringComparison.Ordinal) => "There is no such field.",
        _ => "The value is not of the type that is taken here.",
    };

    /// <summary>The serializer has the names of missing members in its text alone, at the path of the object that lacks them.</summary>
    private static Dictionary<string, string[]>? Missing(JsonException cause, string field, HttpContext context)
    {
        // The exception handler takes the endpoint off the request, and keeps it here
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (cause.InnerException is not null || endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } body)
        {
            return null;
        }

        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var lacking = field == Root ? body : ValidationFields.TypeAt(field, body, options);
        return lacking is null ? null : options.GetTypeInfo(lacking).Properties
            .Where(property => property.IsRequired && cause.Message.Contains($"'{property.Name}'", StringComparison.Ordinal))
            .ToDictionary(
                property => field == Root ? property.Name : $"{field}.{property.Name}",
                _ => (string[])["This field is required."],
                StringComparer.Ordinal);
    }
}
