using System.Globalization;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's words for a message in ours.</summary>
internal static class TwilioProviderMessage
{
    /// <summary>What a trial account puts in front of every text.</summary>
    private const string TrialPrefix = "Sent from your Twilio trial account - ";

    /// <summary>A message of Twilio's that has a SID.</summary>
    public static ProviderMessage Of(TwilioMessage message) => new(
        message.Sid!,
        StatusOf(message.Status),
        CodeOf(message.ErrorCode),
        message.ErrorMessage,
        message.Body?.StartsWith(TrialPrefix, StringComparison.Ordinal) == true ? message.Body[TrialPrefix.Length..] : message.Body,
        TimeOf(message.DateCreated),
        // Zero until Twilio has counted them
        int.TryParse(message.NumSegments, NumberStyles.None, CultureInfo.InvariantCulture, out var segments) && segments > 0
            ? segments
            : null,
        // Negative there: it is what the balance changes by
        decimal.TryParse(message.Price, NumberStyles.Float, CultureInfo.InvariantCulture, out var price) ? Math.Abs(price) : null,
        message.Price is { Length: > 0 } && message.PriceUnit is { Length: > 0 } unit ? unit.ToUpperInvariant() : null);

    /// <summary>A state of Twilio's; <see cref="ProviderStatus.Other"/> for one that came to exist later, or an inbound one.</summary>
    public static ProviderStatus StatusOf(string? status) => status?.ToLowerInvariant() switch
    {
        "accepted" => ProviderStatus.Accepted,
        "scheduled" => ProviderStatus.Scheduled,
        "queued" => ProviderStatus.Queued,
        "sending" => ProviderStatus.Sending,
        // Some of its parts are on the phone
        "sent" or "partially_delivered" => ProviderStatus.Sent,
        "delivered" => ProviderStatus.Delivered,
        "undelivered" => ProviderStatus.Undelivered,
        "failed" => ProviderStatus.Failed,
        "canceled" => ProviderStatus.Canceled,
        "read" => ProviderStatus.Read,
        _ => ProviderStatus.Other,
    };

    /// <summary>An error code; <see langword="null"/> for none, which Twilio also writes as 0 or as an empty text.</summary>
    public static int? CodeOf(string? code) =>
        int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    /// <summary>A date by RFC 2822, such as <c>Thu, 24 Aug 2023 05:01:45 +0000</c>.</summary>
    public static DateTimeOffset? TimeOf(string? date) =>
        DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
