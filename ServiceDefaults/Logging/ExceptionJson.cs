using System.Text.Json;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>An exception as an object: type, message, stack, and the exceptions inside it.</summary>
internal static class ExceptionJson
{
    private const int MaxDepth = 8;
    private const int MaxInner = 8;

    public static void Write(Utf8JsonWriter json, Exception exception)
    {
        json.WritePropertyName("exception");
        Write(json, exception, MaxDepth);
    }

    /// <summary>The exceptions directly inside one.</summary>
    public static IEnumerable<Exception> Inner(Exception exception) => exception switch
    {
        AggregateException several => several.InnerExceptions.Take(MaxInner),
        { InnerException: { } inner } => [inner],
        _ => [],
    };

    /// <summary>A part of an exception, redacted; also of one whose own code throws.</summary>
    public static string? Part(Exception exception, Func<Exception, string?> part)
    {
        try
        {
            return part(exception) is { } text ? SafeValue.Text(text) : null;
        }
        catch (Exception failure)
        {
            return $"({failure.GetType().Name})";
        }
    }

    private static void Write(Utf8JsonWriter json, Exception exception, int depth)
    {
        // Read before anything is written: an override may throw
        var message = Part(exception, static exception => exception.Message);
        var stack = Part(exception, static exception => exception.StackTrace);
        json.WriteStartObject();
        json.WriteString("type", exception.GetType().FullName);
        json.WriteString("message", message);
        json.WriteString("stack", stack);
        if (depth > 1 && Inner(exception).ToList() is { Count: > 0 } inner)
        {
            json.WriteStartArray("inner");
            foreach (var one in inner)
            {
                Write(json, one, depth - 1);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
