using System.Text;
using ProdReady.ServiceDefaults.Redaction;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>Reads the fields of a state or of a scope.</summary>
internal static class FieldReader
{
    /// <summary>The field that holds the template itself.</summary>
    public const string Template = "{OriginalFormat}";

    /// <summary>The name that the correlation id has wherever lines go.</summary>
    public const string CorrelationId = "correlationId";

    private const int MaxFields = 64;
    private const int MaxNameLength = 128;

    /// <summary>Reads all fields but the template; a name that comes twice counts once.</summary>
    public static void Read(object? state, List<KeyValuePair<string, object?>> fields)
    {
        try
        {
            if (state is IReadOnlyList<KeyValuePair<string, object?>> list)
            {
                for (var index = 0; index < list.Count; index++)
                {
                    Add(list[index], fields);
                }
            }
            else if (state is IEnumerable<KeyValuePair<string, object?>> pairs)
            {
                foreach (var pair in pairs)
                {
                    Add(pair, fields);
                }
            }
        }
        catch (Exception)
        {
            // A state that cannot be read has no fields; its message says what it can
        }
    }

    /// <summary>The message without what its secret fields put into it: the redactor cannot know a password by its look.</summary>
    public static string WithoutSecrets(string message, object? state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> list)
        {
            return message;
        }

        for (var index = 0; index < list.Count; index++)
        {
            var (name, value) = list[index];
            if (value is not (null or bool) && Redactor.IsSecret(name) && SafeValue.ToText(value) is { Length: > 0 } secret)
            {
                message = message.Replace(secret, Redactor.Mask, StringComparison.Ordinal);
            }
        }

        return message;
    }

    private static void Add(KeyValuePair<string, object?> field, List<KeyValuePair<string, object?>> fields)
    {
        var (name, value) = field;
        if (name is null or Template || fields.Count == MaxFields)
        {
            return;
        }

        name = Plain(name);
        foreach (var other in fields)
        {
            if (other.Key == name)
            {
                return;
            }
        }

        fields.Add(new(name, SafeValue.Of(name, value)));
    }

    /// <summary>Two names that differ in invalid characters alone would be one when written.</summary>
    private static string Plain(string name)
    {
        name = name.Length <= MaxNameLength ? name : name[..MaxNameLength];
        return name.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name)) : name;
    }
}
