using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>A whole number, which a text may choose plural forms by.</summary>
internal sealed record IntegerPlaceholder : Placeholder
{
    private const long Bound = 1_000_000_000_000;
    private const long Million = 1_000_000;
    private const int Window = 200;

    /// <summary>The lowest.</summary>
    public long Min { get; init; }

    /// <summary>The highest.</summary>
    public required long Max { get; init; }

    [JsonIgnore]
    public override string? Problem => Min > Max ? $"min is {Min}, above max, which is {Max}"
        : Min < -Bound || Max > Bound ? $"min and max must be within {-Bound} and {Bound}"
        : null;

    [JsonIgnore]
    public override IEnumerable<object> Extremes => [Min, Max];

    /// <summary>
    /// Numbers within the bounds, among which are all plural forms that numbers within the bounds can take: no rule looks further than the
    /// last two digits, or at more than whole millions.
    /// </summary>
    [JsonIgnore]
    public IEnumerable<long> Samples => new[] { Min, 0, Math.Max(Million, Min / Million * Million) }
        .SelectMany(first => Enumerable.Range(-Window, 2 * Window).Select(offset => first + offset))
        .Where(number => number >= Min && number <= Max)
        .Distinct();

    public override object? Read(JsonElement value, out string? problem)
    {
        long number = 0;
        problem = value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out number) ? "This must be a whole number."
            : number < Min || number > Max ? $"The number must be {Min} to {Max}."
            : null;
        return problem is null ? number : null;
    }

    public override string Write(object value, TextFormat format) =>
        TextFormat.PlainSpaces(((long)value).ToString("N0", format.Culture));
}
