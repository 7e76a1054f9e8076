using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Verifications.Texts;

/// <summary>What a message with a code says, by language.</summary>
/// <remarks>The code comes first, so that it is seen on a locked screen; and each fits one segment of GSM-7, which not every accent is in.</remarks>
internal sealed class CodeTexts(IOptions<VerificationOptions> options)
{
    private const string Fallback = "en";

    private static readonly Dictionary<string, CodeText> All = Read();

    /// <summary>The languages that there are texts in.</summary>
    public static IEnumerable<string> Languages => All.Keys;

    /// <summary>The text of a message.</summary>
    /// <param name="code">The code.</param>
    /// <param name="locale">Such as <c>fr-CI</c>; English where there is no text of its language.</param>
    /// <param name="validity">How long the code is valid from now.</param>
    public string Compose(string code, string? locale, TimeSpan validity)
    {
        var text = All.GetValueOrDefault(Language(locale)) ?? All[Fallback];
        var minutes = Math.Max(1, (int)Math.Round(validity.TotalMinutes)).ToString(CultureInfo.InvariantCulture);
        // The code last: what stands in for the others cannot be mistaken for it
        var message = (options.Value.AppName is { } app ? text.Named.Replace("{app}", app, StringComparison.Ordinal) : text.Plain)
            .Replace("{minutes}", minutes, StringComparison.Ordinal)
            .Replace("{code}", code, StringComparison.Ordinal);
        return options.Value.WebOtpDomain is { } domain ? $"{message}\n\n@{domain} #{code}" : message;
    }

    private static string Language(string? locale)
    {
        var end = locale?.AsSpan().IndexOfAny('-', '_') ?? -1;
        return (end < 0 ? locale : locale![..end])?.ToLowerInvariant() ?? Fallback;
    }

    private static Dictionary<string, CodeText> Read()
    {
        using var file = typeof(CodeTexts).Assembly.GetManifestResourceStream($"{typeof(CodeTexts).Namespace}.codes.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, CodeText>>(file, JsonSerializerOptions.Web)!;
    }

    /// <summary>The texts of a language.</summary>
    /// <param name="Named">With the application's name.</param>
    /// <param name="Plain">Without it.</param>
    private sealed record CodeText(string Named, string Plain);
}
