using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>What may stand in a template's place: its type and its bounds, as <c>template.json</c> declares them.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TextPlaceholder), "text")]
[JsonDerivedType(typeof(MoneyPlaceholder), "money")]
[JsonDerivedType(typeof(IntegerPlaceholder), "integer")]
[JsonDerivedType(typeof(DatePlaceholder), "date")]
[JsonDerivedType(typeof(DateTimePlaceholder), "dateTime")]
[JsonDerivedType(typeof(PhoneNumberPlaceholder), "phoneNumber")]
internal abstract record Placeholder
{
    /// <summary>What is wrong with the declaration.</summary>
    [JsonIgnore]
    public virtual string? Problem => null;

    /// <summary>Whether a text may give a pattern for it.</summary>
    [JsonIgnore]
    public virtual bool TakesPattern => false;

    /// <summary>Values among which are the longest that there can be, and such as need other letters than GSM's.</summary>
    [JsonIgnore]
    public abstract IEnumerable<object> Extremes { get; }

    /// <summary>Reads a value of a request.</summary>
    /// <param name="value">A JSON value other than null.</param>
    /// <param name="problem">A sentence, if it is not of this type or out of bounds.</param>
    public abstract object? Read(JsonElement value, out string? problem);

    /// <summary>Writes a value as people of a culture read it.</summary>
    public abstract string Write(object value, TextFormat format);
}

/// <summary>How values are written in a text.</summary>
/// <param name="Culture">The text's own.</param>
/// <param name="IsGsm">Whether it is made of GSM's letters so far: then no value should be what costs it that.</param>
/// <param name="Pattern">For dates, if the text gives one.</param>
internal sealed record TextFormat(CultureInfo Culture, bool IsGsm, string? Pattern = null)
{
    /// <summary>
    /// With plain spaces: the no-break spaces of ICU's formats are outside GSM's alphabet, and would make a French amount cost a second
    /// segment.
    /// </summary>
    public static string PlainSpaces(string text) => text.Replace('\u00a0', ' ').Replace('\u202f', ' ');
}
