namespace ProdReady.Notifications.Verifications;

/// <summary>Verification codes: <c>Verifications</c>.</summary>
public sealed class VerificationOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Verifications";

    /// <summary>
    /// One key, as <c>id:base64</c>, 32 random bytes in base64; several are separated by commas (<c>VERIFICATION_KEYS</c>). The first
    /// one is used for new codes, all of them check and open what they made. To rotate, put the new one behind the old one and restart
    /// all replicas, put it in front and restart them all, and take the old one out when the last of its codes has expired and been sent.
    /// </summary>
    public string? Keys { get; set; }

    /// <summary>Who makes, sends and checks codes. Default: this service, by SMS.</summary>
    public VerificationProvider Provider { get; set; } = VerificationProvider.Sms;

    /// <summary>What the message calls the sender, up to 30 characters. Default: nothing.</summary>
    public string? AppName { get; set; }

    /// <summary>
    /// The web site whose form browsers fill in by themselves, such as <c>example.com</c>: adds the line of the WebOTP API
    /// (https://wicg.github.io/sms-one-time-codes/) to the message.
    /// </summary>
    public string? WebOtpDomain { get; set; }

    /// <summary>Digits of a code where the request does not say, 6 to 8. Default: 6.</summary>
    public int CodeLength { get; set; } = 6;

    /// <summary>How long a code is valid, 1 to 10 minutes (NIST SP 800-63B, 5.1.3.2). Default: 10 minutes.</summary>
    public TimeSpan Validity { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many codes may be tried, 1 to 10. Default: 5.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Which code a resend sends. Default: the same.</summary>
    public ResendPolicy Resend { get; set; } = ResendPolicy.SameCode;

    /// <summary>The least time between two codes to a number for a purpose, 10 s to 10 min. Default: 60 s.</summary>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Codes to a number in any 24 hours, 1 to 100. Default: 10.</summary>
    public int PerNumberAndDay { get; set; } = 10;

    /// <summary>Codes for a client's IP address in any hour, 1 to 10,000; only where requests have <c>clientIp</c>. Default: 15.</summary>
    public int PerClientIpAndHour { get; set; } = 15;

    /// <summary>
    /// The countries that codes go to, by ISO 3166-1 alpha-2 codes, separated by commas; those of <c>Sending:Countries</c> among them.
    /// Default: all.
    /// </summary>
    public string? Countries { get; set; }

    /// <summary>What codes may cost in a day (UTC), above 0, in USD by the estimates of <c>Sms:Prices</c>. Default: no limit.</summary>
    public decimal? DailySpendCap { get; set; }

    /// <summary>When so few codes come back that the sends are taken for abuse.</summary>
    public ConversionOptions Conversion { get; } = new();

    /// <summary>Days that verifications are kept, whose numbers are personal data, 2 to 365. Default: 7.</summary>
    public int RetentionDays { get; set; } = 7;

    /// <summary>The countries, or <see langword="null"/> for all.</summary>
    internal IReadOnlySet<string>? AllowedCountries() => string.IsNullOrWhiteSpace(Countries)
        ? null
        : Countries.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Who makes, sends and checks codes.</summary>
public enum VerificationProvider
{
    /// <summary>This service, by its own SMS.</summary>
    Sms,

    /// <summary>Twilio's Verify.</summary>
    TwilioVerify,
}

/// <summary>Which code a resend sends.</summary>
public enum ResendPolicy
{
    /// <summary>The same, until it expires: SMS arrives out of order, and people type whichever they see.</summary>
    SameCode,

    /// <summary>Another one; the earlier one is worth nothing from then on.</summary>
    NewCode,
}
