using System.Diagnostics.CodeAnalysis;
using PhoneNumbers;

namespace ProdReady.Notifications.PhoneNumbers;

/// <summary>A phone number and what its numbering plan tells of it, by libphonenumber.</summary>
/// <param name="E164">In ITU-T E.164 form, such as <c>+2348031234567</c>.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code of its country, such as <c>NG</c>; <c>001</c> for a number of no country.</param>
/// <param name="Type">Which kind of line the plan says it is.</param>
internal sealed record PhoneNumberFacts(string E164, string Country, PhoneNumberType Type)
{
    private static readonly PhoneNumberUtil Library = PhoneNumberUtil.GetInstance();
    private static readonly PhoneNumberToTimeZonesMapper Zones = PhoneNumberToTimeZonesMapper.GetInstance();

    /// <summary>
    /// Whether it may be a mobile phone. Some plans, such as that of the USA, do not tell mobile from fixed lines; those pass.
    /// </summary>
    public bool MayBeMobile => Type is not (PhoneNumberType.FIXED_LINE or PhoneNumberType.TOLL_FREE or PhoneNumberType.PREMIUM_RATE
        or PhoneNumberType.SHARED_COST or PhoneNumberType.UAN or PhoneNumberType.VOICEMAIL or PhoneNumberType.PAGER);

    /// <summary>
    /// The IANA names of the time zones that it may be in: one in most countries; all of its country's for a mobile phone in a large one;
    /// none where that is not known.
    /// </summary>
    public IReadOnlyList<string> TimeZones =>
        [.. Zones.GetTimeZonesForNumber(Library.Parse(E164, null)).Where(zone => zone != Zones.GetUnknownTimeZone())];

    /// <summary>Reads a number with its country code; spaces, dots and dashes are fine.</summary>
    /// <param name="text">Such as <c>+234 803 123 4567</c>.</param>
    /// <param name="number">What it is.</param>
    /// <param name="reason">Else a sentence that says what is wrong with it.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out PhoneNumberFacts? number, [NotNullWhen(false)] out string? reason)
    {
        number = null;
        reason = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            reason = "A phone number is required.";
            return false;
        }

        try
        {
            var parsed = Library.Parse(text, null);
            reason = Problem(parsed);
            number = reason is null
                ? new(Library.Format(parsed, PhoneNumberFormat.E164), Library.GetRegionCodeForNumber(parsed), Library.GetNumberType(parsed))
                : null;
        }
        catch (NumberParseException exception)
        {
            reason = Problem(text, exception.ErrorType);
        }

        return number is not null;
    }

    private static string? Problem(PhoneNumber number) => Library.IsPossibleNumberWithReason(number) switch
    {
        _ when number.HasExtension => "A message cannot be sent to an extension.",
        PhoneNumberUtil.ValidationResult.TOO_SHORT => "The number is too short for its country.",
        PhoneNumberUtil.ValidationResult.TOO_LONG => "The number is too long for its country.",
        PhoneNumberUtil.ValidationResult.INVALID_COUNTRY_CODE => "The country code does not exist.",
        PhoneNumberUtil.ValidationResult.INVALID_LENGTH => "The number has a length that its country does not use.",
        PhoneNumberUtil.ValidationResult.IS_POSSIBLE_LOCAL_ONLY => "The number lacks its area code.",
        _ when !Library.IsValidNumber(number) => "The number is not one that its country assigns.",
        _ => null,
    };

    private static string Problem(string text, ErrorType error) => error switch
    {
        ErrorType.INVALID_COUNTRY_CODE when !text.Contains('+') =>
            "The number must begin with + and its country code. Example: +2348031234567",
        ErrorType.INVALID_COUNTRY_CODE => "The country code does not exist.",
        ErrorType.TOO_LONG => "The number is too long.",
        ErrorType.TOO_SHORT_AFTER_IDD or ErrorType.TOO_SHORT_NSN => "The number is too short.",
        _ => "This is not a phone number. Example: +2348031234567",
    };
}
