using System.Text.RegularExpressions;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>Phone numbers in international form, also percent-encoded or with spaces.</summary>
internal static partial class PhoneMasking
{
    private const string Hidden = "*****";
    private const int ShownFirst = 4;
    private const int ShownLast = 2;

    /// <summary>The fewest digits that must stay hidden for the rest to be shown.</summary>
    private const int HiddenAtLeast = 5;

    public static string Mask(string text) => Numbers().Replace(text, static match =>
    {
        Span<char> digits = stackalloc char[ShownFirst + HiddenAtLeast + ShownLast];
        var number = match.Groups["number"].ValueSpan;
        var count = 0;
        foreach (var character in number)
        {
            if (char.IsAsciiDigit(character))
            {
                if (count < ShownFirst)
                {
                    digits[count] = character;
                }

                count++;
            }
        }

        // Always five stars, so that the length does not show either
        return count >= digits.Length
            ? string.Concat("+", digits[..ShownFirst], Hidden, number[^ShownLast..])
            : Hidden;
    });

    [GeneratedRegex(@"(\+|%2[Bb]|\\u002[Bb])(?<number>[0-9]([ .()\-]{0,2}[0-9]){6,})", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();
}
