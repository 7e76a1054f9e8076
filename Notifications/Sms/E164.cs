using System.Diagnostics.CodeAnalysis;
using PhoneNumbers;

namespace ProdReady.Notifications.Sms;

/// <summary>Phone numbers in ITU-T E.164 form, by libphonenumber.</summary>
internal static class E164
{
    private static readonly PhoneNumberUtil Library = PhoneNumberUtil.GetInstance();

    /// <summary>Reads a number with its country code; spaces, dots and dashes are fine.</summary>
    /// <param name="text">Such as <c>+234 803 123 4567</c>.</param>
    /// <param name="number">Such as <c>+2348031234567</c>.</param>
    /// <param name="reason">Else a sentence that says what is wrong with it.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out string? number, [NotNullWhen(false)] out string? reason)
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
            number = reason is null ? Library.Format(parsed, PhoneNumberFormat.E164) : null;
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
