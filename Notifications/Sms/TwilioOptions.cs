using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace ProdReady.Notifications.Sms;

/// <summary>The Twilio account that messages are sent by. All of it, or none: half of it stops the start.</summary>
public sealed class TwilioOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Twilio";

    /// <summary>What to set, for messages that ask for it.</summary>
    internal const string RequiredSettings =
        "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, and TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID";

    /// <summary>The account (<c>TWILIO_ACCOUNT_SID</c>).</summary>
    [RegularExpression("^AC[0-9a-fA-F]{32}$", ErrorMessage =
        "TWILIO_ACCOUNT_SID (Twilio:AccountSid) is not AC and 32 hexadecimal digits. Copy it from the console's Account Info.")]
    public string? AccountSid { get; set; }

    /// <summary>The account's secret (<c>TWILIO_AUTH_TOKEN</c>).</summary>
    public string? AuthToken { get; set; }

    /// <summary>The sender, in E.164 form (<c>TWILIO_FROM_NUMBER</c>).</summary>
    [RegularExpression("^\\+[1-9][0-9]{6,14}$", ErrorMessage =
        "TWILIO_FROM_NUMBER (Twilio:FromNumber) is not a number in E.164 form. Example: +15005550006")]
    public string? FromNumber { get; set; }

    /// <summary>A pool of senders (<c>TWILIO_MESSAGING_SERVICE_SID</c>); wins over <see cref="FromNumber"/>.</summary>
    [RegularExpression("^MG[0-9a-fA-F]{32}$", ErrorMessage =
        "TWILIO_MESSAGING_SERVICE_SID (Twilio:MessagingServiceSid) is not MG and 32 hexadecimal digits. "
        + "Copy it from the console's Messaging services.")]
    public string? MessagingServiceSid { get; set; }

    /// <summary>Where Twilio's REST API is (<c>TWILIO_BASE_URL</c>).</summary>
    [SuppressMessage("Design", "CA1056:URI-like properties should not be strings", Justification = "Validated with the rest")]
    public string BaseUrl { get; set; } = "https://api.twilio.com";

    /// <summary>
    /// How long one call may take, 1 s to 60 s. A create that takes longer leaves its message <c>unknown</c>, so this is
    /// well above the API's usual second.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether there is an account and a sender to send with.</summary>
    internal bool IsConfigured => AccountSid is { Length: > 0 } && AuthToken is { Length: > 0 } && HasSender;

    internal bool HasSender => FromNumber is { Length: > 0 } || MessagingServiceSid is { Length: > 0 };
}
