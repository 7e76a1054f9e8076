using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Pricing;
using ProdReady.Notifications.Segments;

namespace ProdReady.Notifications.Sms;

/// <summary>What a message would be, without sending it.</summary>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Country">The country of the number.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Text">The text.</param>
/// <param name="Encoding"><c>GSM-7</c> or <c>UCS-2</c>.</param>
/// <param name="Units">Septets or UTF-16 code units.</param>
/// <param name="Segments">What is billed.</param>
/// <param name="UnitsLeft">What still fits into the last segment.</param>
/// <param name="UnicodeCharacters">The characters that keep it from being GSM-7.</param>
/// <param name="EstimatedCost">By the price list; <see langword="null"/> where that has no price.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="SendAt">When it would be sent, if not at once; quiet hours are considered.</param>
/// <param name="ExpiresAt">When it would be dropped rather than sent, if that was asked for.</param>
/// <param name="Template">The template that the text was made of, with its version.</param>
/// <param name="Locale">The locale of the text, which may be another one than was asked for.</param>
internal sealed record SmsEstimate(
    string To,
    string Country,
    MessageKind Kind,
    string Text,
    SmsEncoding Encoding,
    int Units,
    int Segments,
    int UnitsLeft,
    IReadOnlyList<string> UnicodeCharacters,
    decimal? EstimatedCost,
    string Currency,
    DateTimeOffset? SendAt,
    DateTimeOffset? ExpiresAt,
    string? Template,
    string? Locale)
{
    /// <summary>The estimate for a message.</summary>
    public static SmsEstimate Of(AssembledSms sms, PriceList prices) => new(
        sms.Message.To.E164,
        sms.Message.To.Country,
        sms.Message.Kind,
        sms.Message.Body,
        sms.Segments.Encoding,
        sms.Segments.Units,
        sms.Segments.Segments,
        sms.Segments.UnitsLeft,
        sms.Segments.UnicodeCharacters,
        prices.Estimate(sms.Message.To.Country, sms.Segments.Segments),
        PriceList.Currency,
        sms.Message.SendAt,
        sms.Message.ExpiresAt,
        sms.Message.Template,
        sms.Locale);
}
