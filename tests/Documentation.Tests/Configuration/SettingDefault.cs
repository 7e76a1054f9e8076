using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>
/// A setting's default as its class has it. Where it has none, the summary's own sentence (<c>Default: ...</c>) says what holds; a
/// sentence that says no more than the value is left out.
/// </summary>
internal static partial class SettingDefault
{
    private const string Required = "Required.";

    /// <summary>Tells the default from the meaning.</summary>
    /// <param name="value">What a new instance has.</param>
    /// <param name="summary">The property's summary.</param>
    public static (string Default, string Meaning) Split(object? value, string summary)
    {
        if (summary.Contains(Required, StringComparison.Ordinal))
        {
            return ("required", summary.Replace(Required, "", StringComparison.Ordinal).Trim());
        }

        var sentence = Sentence().Match(summary);
        var without = sentence.Success ? summary.Remove(sentence.Index, sentence.Length).Trim() : summary;
        if (Text(value) is not { } text)
        {
            return (sentence.Success ? sentence.Groups["text"].Value : "none", without);
        }

        // After a comma, it says why; and a number that is 0 can stand for something else
        return sentence.Success switch
        {
            true when sentence.Groups["text"].Value.Contains(", ", StringComparison.Ordinal) => (text, summary),
            true when value is 0 or 0L && sentence.Groups["text"].Value != "0" => (sentence.Groups["text"].Value, without),
            _ => (text, without),
        };
    }

    private static string? Text(object? value) => value switch
    {
        null or "" => null,
        string text => $"`{text}`",
        ICollection { Count: 0 } => null,
        ICollection values => string.Join(", ", values.Cast<object>().Select(Text)),
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{Clock(time)}` ({Words(time)})",
        long or int => Number(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        Enum choice => $"`{choice}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => null,
    };

    private static string Number(long value) => value switch
    {
        >= 1 << 30 when value % (1 << 30) == 0 => $"`{value}` ({value >> 30} GiB)",
        >= 1 << 20 when value % (1 << 20) == 0 => $"`{value}` ({value >> 20} MiB)",
        _ => $"`{value.ToString(CultureInfo.InvariantCulture)}`",
    };

    private static string Clock(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture) is var text && text.Contains('.', StringComparison.Ordinal)
        && time.Ticks % TimeSpan.TicksPerSecond != 0 ? text.TrimEnd('0') : text;

    private static string Words(TimeSpan time) => time switch
    {
        _ when time >= TimeSpan.FromDays(2) && time.Ticks % TimeSpan.TicksPerDay == 0 => $"{(long)time.TotalDays} days",
        _ when time >= TimeSpan.FromHours(1) && time.Ticks % TimeSpan.TicksPerHour == 0 => $"{(long)time.TotalHours} h",
        _ when time >= TimeSpan.FromMinutes(1) && time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{(long)time.TotalMinutes} min",
        _ when time.Ticks % TimeSpan.TicksPerSecond == 0 => $"{(long)time.TotalSeconds} s",
        _ => $"{(long)time.TotalMilliseconds} ms",
    };

    [GeneratedRegex(@"(?:^|(?<=\.) )Default: (?<text>.+?)\.(?=\s|$)")]
    private static partial Regex Sentence();
}
