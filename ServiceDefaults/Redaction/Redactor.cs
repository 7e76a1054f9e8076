using System.Buffers;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>
/// The one place that decides what logs, traces and error reports may not show. It reads finished text, because that is all
/// that the framework's own loggers give: classification by attributes (Microsoft.Extensions.Compliance) would cover our own
/// parameters and none of the URLs that HttpClient, YARP or a driver's exception print.
/// </summary>
public static class Redactor
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "***";

    /// <summary>Characters without which there is neither a phone number nor a URL with a password or a query.</summary>
    private static readonly SearchValues<char> Signs = SearchValues.Create("+?@%\\");

    /// <summary>Beginnings of keys, and parts of the names that a secret stands behind.</summary>
    private static readonly SearchValues<string> Words = SearchValues.Create(
        [
            "pr_", "sk_", "rk_", "whsec_", "flwseck", "bearer", "basic", "eyj", "pass", "pwd", "secret", "token", "auth",
            "cookie", "signature", "verif", "key", "credential", "phone", "msisdn", "session",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The text without what nobody may read in it: phone numbers (<c>+2348*****67</c>), API keys and tokens, passwords in
    /// URLs and connection strings, values of headers and fields that are secret by name, values in query strings.
    /// </summary>
    /// <remarks>
    /// Returns the same string, without allocating, where there is nothing to hide. When in doubt it hides too much. A phone
    /// number is recognised by its <c>+</c>: without one it cannot be told from an id.
    /// </remarks>
    public static string Text(string text)
    {
        var signs = text.AsSpan().ContainsAny(Signs);
        if (!signs && !text.AsSpan().ContainsAny(Words))
        {
            return text;
        }

        // The order matters: a number inside a token must not cut the token in two, nor a name's rule a number with spaces
        text = signs ? UrlMasking.Mask(text) : text;
        text = CredentialMasking.Mask(text);
        text = signs ? PhoneMasking.Mask(text) : text;
        return NamedValueMasking.Mask(text);
    }

    /// <summary>Whether the value of a header, field or property of this name is a secret, whatever it looks like.</summary>
    public static bool IsSecret(string name) => SecretNames.Contains(name);

    /// <summary>
    /// A query string with the names of its parameters and <c>***</c> for their values: <c>?to=***&amp;page=***</c>.
    /// </summary>
    /// <param name="query">With or without its <c>?</c>; <see langword="null"/> counts as empty.</param>
    public static string Query(string? query) => string.IsNullOrEmpty(query) ? "" : QueryMasking.Mask(query);
}
