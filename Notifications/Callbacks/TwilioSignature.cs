using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Notifications.Callbacks;

/// <summary>
/// <c>X-Twilio-Signature</c>: HMAC-SHA1 with the account's token, over the address that Twilio called and all fields of the form,
/// whatever they are: Twilio adds some without notice. See https://www.twilio.com/docs/usage/security#validating-requests.
/// </summary>
/// <remarks>It has no time in it, so that it stays valid for ever: what it is believed for must be harmless to repeat.</remarks>
internal static class TwilioSignature
{
    /// <summary>The header that has it.</summary>
    public const string Header = "X-Twilio-Signature";

    private static readonly Comparer<(string Name, string Value)> ByNameThenValue =
        Comparer<(string Name, string Value)>.Create((one, other) =>
            string.CompareOrdinal(one.Name, other.Name) is var order and not 0 ? order : string.CompareOrdinal(one.Value, other.Value));

    /// <summary>Whether who knows <paramref name="token"/> signed it. Takes as long whichever byte is wrong.</summary>
    /// <param name="token">The account's token.</param>
    /// <param name="url">The address with its query.</param>
    /// <param name="fields">All fields of the form.</param>
    /// <param name="signature">The header's value.</param>
    public static bool IsValid(string token, string url, IEnumerable<(string Name, string Value)> fields, string signature)
    {
        var given = Encoding.UTF8.GetBytes(signature);
        var key = Encoding.UTF8.GetBytes(token);
        var form = string.Concat(fields.Distinct().Order(ByNameThenValue).SelectMany(field => new[] { field.Name, field.Value }));
        var matches = false;
        // Twilio signs the address now with its port, now without
        foreach (var variant in new[] { url, WithOtherPort(url) })
        {
#pragma warning disable CA5350 // Twilio's choice; HMAC does not need SHA-1 to be free of collisions
            var expected = Convert.ToBase64String(HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(variant + form)));
#pragma warning restore CA5350
            matches |= CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(expected));
        }

        return matches;
    }

    /// <summary>With its port if it shows none, without if it does.</summary>
    private static string WithOtherPort(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return url;
        }

        var start = url.IndexOf("//", StringComparison.Ordinal) + 2;
        var end = url.AsSpan(start).IndexOfAny('/', '?', '#') is var at and >= 0 ? start + at : url.Length;
        var authority = url[start..end];
        var port = $":{uri.Port}";
        var other = authority.EndsWith(port, StringComparison.Ordinal) ? authority[..^port.Length] : authority + port;
        return string.Concat(url.AsSpan(0, start), other, url.AsSpan(end));
    }
}
