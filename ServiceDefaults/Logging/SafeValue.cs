using System.Collections;
using System.Globalization;
using ProdReady.ServiceDefaults.Redaction;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>
/// Makes of any object what a line can hold: null, a boolean, a number, a time, an identifier, redacted text, or an array of
/// those. All code of others runs here, where it may throw or never end.
/// </summary>
internal static class SafeValue
{
    /// <summary>The longest text of a field, in characters; far above what an honest one needs.</summary>
    public const int MaxLength = 16 * 1024;

    private const int MaxItems = 32;

    public static object? Of(string name, object? value) => value switch
    {
        null or bool => value,
        _ when Redactor.IsSecret(name) => Redactor.Mask,
        _ => Of(value),
    };

    /// <summary>Redacted, and cut where it is longer than a line should be.</summary>
    public static string Text(string text) => text.Length <= MaxLength
        ? Redactor.Text(text)
        : $"{Redactor.Text(text[..MaxLength])}... ({text.Length - MaxLength} more characters)";

    /// <summary>The text of an object, whatever its <c>ToString</c> does.</summary>
    public static string ToText(object value)
    {
        try
        {
            return (value is IFormattable formattable
                ? formattable.ToString(null, CultureInfo.InvariantCulture)
                : value.ToString()) ?? "";
        }
        catch (Exception exception)
        {
            return $"({value.GetType().Name}.ToString: {exception.GetType().Name})";
        }
    }

    private static object? Of(object? value) => value switch
    {
        null or bool or byte or sbyte or short or ushort or int or uint or long or ulong or decimal
            or Guid or DateTime or DateTimeOffset => value,
        // JSON has no NaN and no infinity
        double number => double.IsFinite(number) ? value : ToText(number),
        float number => float.IsFinite(number) ? value : ToText(number),
        string text => Text(text),
        byte[] bytes => $"byte[{bytes.Length}]",
        IFormattable => Text(ToText(value)),
        IEnumerable items => Items(items),
        _ => Text(ToText(value)),
    };

    private static List<object?> Items(IEnumerable items)
    {
        var values = new List<object?>();
        try
        {
            foreach (var item in items)
            {
                if (values.Count == MaxItems)
                {
                    values.Add("...");
                    break;
                }

                // One level: a structure that holds itself must not hold up the line
                values.Add(item is IEnumerable and not string ? Text(ToText(item)) : Of(item));
            }
        }
        catch (Exception exception)
        {
            values.Add($"({exception.GetType().Name})");
        }

        return values;
    }
}
