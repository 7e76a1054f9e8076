using System.Text.RegularExpressions;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>Keys and tokens that are recognised by their form. What names the key, and opens nothing, stays.</summary>
/// <remarks>Each pattern starts at a boundary only, so that hostile text costs no more than its length.</remarks>
internal static partial class CredentialMasking
{
    public static string Mask(string text) =>
        Tokens().Replace(SqlPasswords().Replace(Schemes().Replace(Keys().Replace(text, "${kept}***"), "${kept}***"), "${kept}***"), "eyJ***");

    public static bool Matches(ReadOnlySpan<char> text) => Keys().IsMatch(text) || Tokens().IsMatch(text);

    /// <summary>Ours, Stripe's, Flutterwave's, and webhook secrets of Stripe and of the Standard Webhooks specification.</summary>
    [GeneratedRegex(
        """
        (?<![A-Za-z0-9])
        (?<kept> pr_[A-Za-z0-9]{1,16}_[A-Za-z0-9]{1,64}_ | [sr]k_(live|test)_ | whsec_ | FLWSECK(_TEST)?- )
        (?!\*) [A-Za-z0-9+/=_\-]+
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Keys();

    /// <summary>What follows an HTTP authentication scheme, except in sentences about the scheme.</summary>
    [GeneratedRegex(
        """
        (?<![A-Za-z0-9]) (?<kept> (Bearer|Basic) \x20 )
        (?! (tokens?|auth|authentication|authorization|scheme|challenge|realm=) ([^A-Za-z0-9._~+/=\-] | $) | realm= )
        [A-Za-z0-9._~+/=\-]+
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Schemes();

    /// <summary><c>ALTER ROLE app PASSWORD '...'</c>, which a driver's log line shows whole.</summary>
    [GeneratedRegex(
        """
        (?<![A-Za-z0-9]) (?<kept> PASSWORD \x20{1,4} [EU]?&?' ) ( [^'] | '' )+
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SqlPasswords();

    /// <summary>JSON web tokens: every one starts with an object's <c>{"</c> in base64.</summary>
    [GeneratedRegex(@"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-.]+", RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();
}
