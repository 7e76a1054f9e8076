using System.Diagnostics.CodeAnalysis;

namespace ProdReady.Notifications.Sms;

/// <summary>The Twilio accounts that messages are sent by. All of an account, or nothing: half of it stops the start.</summary>
public sealed class TwilioOptions : TwilioAccountOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Twilio";

    /// <summary>What to set, for messages that ask for it.</summary>
    internal const string RequiredSettings =
        "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, and TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID";

    /// <summary>
    /// How long one call may take, 1 s to 60 s. A create that takes longer leaves its message <c>unknown</c>, so this is
    /// well above the API's usual second.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A second account, for messages that the first one cannot take.</summary>
    public TwilioAccountOptions? Fallback { get; set; }
}

/// <summary>A Twilio account and its senders.</summary>
public class TwilioAccountOptions
{
    /// <summary>The account (<c>TWILIO_ACCOUNT_SID</c>).</summary>
    public string? AccountSid { get; set; }

    /// <summary>The account's secret (<c>TWILIO_AUTH_TOKEN</c>).</summary>
    public string? AuthToken { get; set; }

    /// <summary>
    /// Another token that callbacks may be signed with (<c>TWILIO_AUTH_TOKEN_SECONDARY</c>), while the token is replaced: messages are sent with
    /// <see cref="AuthToken"/>.
    /// </summary>
    public string? SecondaryAuthToken { get; set; }

    /// <summary>The first sender: a number in E.164 form, a short code, or a name (<c>TWILIO_FROM_NUMBER</c>).</summary>
    public string? FromNumber { get; set; }

    /// <summary>A pool of senders (<c>TWILIO_MESSAGING_SERVICE_SID</c>); wins over <see cref="FromNumber"/>.</summary>
    public string? MessagingServiceSid { get; set; }

    /// <summary>Further senders, in the order of preference.</summary>
    public IList<TwilioSenderOptions> Senders { get; } = [];

    /// <summary>Where Twilio's REST API is (<c>TWILIO_BASE_URL</c>).</summary>
    [SuppressMessage("Design", "CA1056:URI-like properties should not be strings", Justification = "Validated with the rest")]
    public string BaseUrl { get; set; } = "https://api.twilio.com";

    /// <summary>Whether there is an account and a sender to send with.</summary>
    internal bool IsConfigured => AccountSid is { Length: > 0 } && AuthToken is { Length: > 0 } && HasSender;

    internal bool HasSender => FromNumber is { Length: > 0 } || MessagingServiceSid is { Length: > 0 } || Senders.Count > 0;
}

/// <summary>A sender.</summary>
public sealed class TwilioSenderOptions
{
    /// <summary>A number in E.164 form, a short code, or a name; either this or <see cref="MessagingServiceSid"/>.</summary>
    public string? From { get; set; }

    /// <summary>A pool of senders.</summary>
    public string? MessagingServiceSid { get; set; }

    /// <summary>
    /// <c>LongCode</c>, <c>TollFree</c>, <c>ShortCode</c>, <c>Alphanumeric</c> or <c>MessagingService</c>. Default: what the
    /// address looks like.
    /// </summary>
    public string? Type { get; set; }

    /// <summary>
    /// How many segments may be handed over in a second, above 0. Default: by type, a number of the USA or Canada 1, another
    /// number or a name 10, toll-free 3, a short code 100, a messaging service no limit.
    /// </summary>
    public double? SegmentsPerSecond { get; set; }

    /// <summary>The countries that it sends to, by ISO 3166-1 alpha-2 codes. Default: all.</summary>
    [SuppressMessage("Performance", "CA1819:Properties should not return arrays", Justification = "Bound from configuration")]
    public string[]? Countries { get; set; }

    internal string Address => (MessagingServiceSid is { Length: > 0 } ? MessagingServiceSid : From) ?? "";
}
