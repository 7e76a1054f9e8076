using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Verifications.Hosted;

/// <summary>Twilio's Verify, for <c>Verifications:Provider=TwilioVerify</c>; the account is that of <c>Twilio</c>.</summary>
public sealed class TwilioVerifyOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Verifications:TwilioVerify";

    /// <summary>The Verify service (<c>TWILIO_VERIFY_SERVICE_SID</c>): it decides about length and validity of codes, and their text.</summary>
    public string? ServiceSid { get; set; }

    /// <summary>Where Verify's REST API is (<c>TWILIO_VERIFY_BASE_URL</c>).</summary>
    [SuppressMessage("Design", "CA1056:URI-like properties should not be strings", Justification = "Validated with the rest")]
    public string BaseUrl { get; set; } = "https://verify.twilio.com";

    /// <summary>How long one call may take, 1 s to 60 s. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

internal sealed partial class ValidateTwilioVerifyOptions : IValidateOptions<TwilioVerifyOptions>
{
    public ValidateOptionsResult Validate(string? name, TwilioVerifyOptions options)
    {
        var failures = new List<string>();
        if (options.ServiceSid is { Length: > 0 } sid && !ServiceSid().IsMatch(sid))
        {
            failures.Add(
                "TWILIO_VERIFY_SERVICE_SID (Verifications:TwilioVerify:ServiceSid) is not VA and 32 hexadecimal digits. "
                + "Copy it from the console's Verify services.");
        }

        if (!Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            failures.Add(
                "TWILIO_VERIFY_BASE_URL (Verifications:TwilioVerify:BaseUrl) is not an absolute http or https address. "
                + "Example: https://verify.twilio.com");
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(1))
        {
            failures.Add("Verifications:TwilioVerify:Timeout is not between 1 and 60 seconds. Example: 00:00:10");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    [GeneratedRegex(@"\AVA[0-9a-fA-F]{32}\z")]
    private static partial Regex ServiceSid();
}
