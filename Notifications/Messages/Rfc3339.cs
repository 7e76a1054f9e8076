using System.Globalization;
using System.Text.RegularExpressions;

namespace ProdReady.Notifications.Messages;

/// <summary>Times of RFC 3339. .NET's own parsing takes a time without its offset for one of this machine's zone.</summary>
internal static partial class Rfc3339
{
    /// <summary>Reads a time that has its offset; seconds may be left out.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is not null && Form().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out time);
    }

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,7})?)?([Zz]|[+-]\d\d:\d\d)\z")]
    private static partial Regex Form();
}
