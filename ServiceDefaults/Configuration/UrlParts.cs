using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>
/// A connection URL taken apart (RFC 3986, with several hosts as libpq allows). <see cref="Uri"/> knows one host only, and finds a
/// wrong host in <c>postgres://user:1/2@host</c> without a complaint. No error quotes the URL: it holds a password.
/// </summary>
/// <param name="Scheme">In lower case.</param>
/// <param name="User">Decoded; <see langword="null"/> if there is none.</param>
/// <param name="Password">Decoded; <see langword="null"/> if there is none.</param>
/// <param name="Hosts">With port 0 where none is given; IPv6 addresses without their brackets.</param>
/// <param name="Path">Decoded, without the leading slash.</param>
/// <param name="Options">The query's options, decoded, in their order.</param>
internal sealed record UrlParts(
    string Scheme,
    string? User,
    string? Password,
    IReadOnlyList<(string Name, int Port)> Hosts,
    string Path,
    IReadOnlyList<(string Key, string Value)> Options)
{
    /// <exception cref="MalformedUrlException">The message completes "DATABASE_URL ...".</exception>
    public static UrlParts Parse(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var rest = url.AsSpan(start).Trim();
        var end = rest.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        var tail = end < 0 ? "" : rest[end..];
        var at = authority.LastIndexOf('@');
        if ((at < 0 && tail.Contains('@')) || tail.Contains('#'))
        {
            throw new MalformedUrlException(
                "is not a URL: special characters of a password must be percent-encoded (@ is %40, / is %2F, # is %23, ? is %3F)");
        }

        var (user, password) = at < 0 ? (null, null) : UserInfo(authority[..at].ToString());
        var query = tail.IndexOf('?');
        return new UrlParts(
            url[..(start - 3)].Trim().ToLowerInvariant(),
            user,
            password,
            [.. authority[(at + 1)..].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Host)],
            Uri.UnescapeDataString((query < 0 ? tail : tail[..query]).TrimStart('/').ToString()),
            query < 0 ? [] : [.. tail[(query + 1)..].ToString().Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Option)]);
    }

    private static (string? User, string? Password) UserInfo(string text)
    {
        var parts = text.Split(':', 2);
        return (Decode(parts[0]), parts.Length > 1 ? Decode(parts[1]) : null);

        static string? Decode(string part) => part.Length == 0 ? null : Uri.UnescapeDataString(part);
    }

    private static (string Name, int Port) Host(string text)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = text.IndexOf(':', Math.Max(bracket, 0));
        var name = bracket > 0 ? text[1..bracket] : Uri.UnescapeDataString(colon < 0 ? text : text[..colon]);
        var port = colon < 0 ? "" : text[(colon + 1)..];
        var isAddress = bracket < 0
            ? Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4 || name.StartsWith('/')
            : IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
                && (colon < 0 ? text.Length : colon) == bracket + 1;
        if (!isAddress)
        {
            throw new MalformedUrlException(
                port.Contains(':', StringComparison.Ordinal) && text[0] != '['
                    ? "has an IPv6 address without brackets. Write [::1]"
                    : "has a host that is neither a name nor an address");
        }

        return (name, port.Length == 0 ? 0 : Port(port));
    }

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new MalformedUrlException(
                text.Contains(':', StringComparison.Ordinal)
                    ? "has an IPv6 address without brackets. Write [::1]"
                    : "has a port that is not a number from 1 to 65535");

    private static (string Key, string Value) Option(string text)
    {
        var parts = text.Split('=', 2);
        return parts.Length == 2
            ? (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1]))
            : throw new MalformedUrlException("has an option without a value. Write ?name=value");
    }
}
