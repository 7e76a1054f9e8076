using System.Globalization;

namespace ProdReady.Webhooks.Events;

/// <summary>How long a caller is willing to wait, as <c>20s</c> or <c>500ms</c>.</summary>
internal static class Patience
{
    /// <summary>Proxies and clients give up idle requests after half a minute to a minute.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Reads a whole number of seconds (<c>s</c> or nothing) or milliseconds (<c>ms</c>), up to <see cref="Longest"/>.</summary>
    public static bool TryRead(string? text, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (text is null)
        {
            return true;
        }

        var isMilliseconds = text.EndsWith("ms", StringComparison.Ordinal);
        var number = isMilliseconds ? text.AsSpan()[..^2] : text.AsSpan().TrimEnd('s');
        if (number.Length is 0 or > 6 || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        wait = isMilliseconds ? TimeSpan.FromMilliseconds(value) : TimeSpan.FromSeconds(value);
        return wait <= Longest;
    }
}
