using System.Diagnostics.CodeAnalysis;
using PhoneNumbers;

namespace ProdReady.Notifications.PhoneNumbers;

/// <summary>Whom messages can be sent to.</summary>
internal static class Recipients
{
    /// <summary>Reads a number that may be a mobile phone.</summary>
    /// <param name="text">With its country code.</param>
    /// <param name="number">What it is.</param>
    /// <param name="reason">Else a sentence that says what is wrong with it.</param>
    public static bool TryRead(string? text, [NotNullWhen(true)] out PhoneNumberFacts? number, [NotNullWhen(false)] out string? reason)
    {
        if (PhoneNumberFacts.TryParse(text, out number, out reason) && !number.MayBeMobile)
        {
            reason = $"The number is a {Name(number.Type)}, which takes no messages.";
            number = null;
        }

        return number is not null;
    }

    private static string Name(PhoneNumberType type) => type switch
    {
        PhoneNumberType.FIXED_LINE => "fixed line",
        PhoneNumberType.TOLL_FREE => "toll-free number",
        PhoneNumberType.PREMIUM_RATE => "premium-rate number",
        PhoneNumberType.SHARED_COST => "shared-cost number",
        PhoneNumberType.UAN => "company's universal number",
        PhoneNumberType.VOICEMAIL => "voicemail's number",
        PhoneNumberType.PAGER => "pager",
        _ => "number of another kind",
    };
}
