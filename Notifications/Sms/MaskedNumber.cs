namespace ProdReady.Notifications.Sms;

/// <summary>Phone numbers as logs may show them.</summary>
internal static class MaskedNumber
{
    private const string Hidden = "*****";
    private const int ShownFirst = 5;
    private const int ShownLast = 2;

    /// <summary>The fewest digits that must stay hidden for the rest to be shown.</summary>
    private const int HiddenAtLeast = 5;

    /// <summary>
    /// <c>+2348031234567</c> as <c>+2348*****67</c>. Always five stars, so that the length does not show either; nothing
    /// at all of a number too short to hide five digits of.
    /// </summary>
    public static string Of(string number) => number.Length >= ShownFirst + HiddenAtLeast + ShownLast
        ? string.Concat(number.AsSpan(0, ShownFirst), Hidden, number.AsSpan(number.Length - ShownLast))
        : Hidden;
}
