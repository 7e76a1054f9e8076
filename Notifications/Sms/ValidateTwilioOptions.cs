using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Sms;

/// <summary>The form of each value.</summary>
[OptionsValidator]
internal sealed partial class ValidateTwilioValues : IValidateOptions<TwilioOptions>;

/// <summary>What the values must be together.</summary>
internal sealed class ValidateTwilioOptions : IValidateOptions<TwilioOptions>
{
    public ValidateOptionsResult Validate(string? name, TwilioOptions options)
    {
        var failures = new List<string>();
        var hasAccount = options.AccountSid is { Length: > 0 };
        var hasToken = options.AuthToken is { Length: > 0 };
        if (hasAccount || hasToken || options.HasSender)
        {
            AddIf(!hasAccount, "TWILIO_ACCOUNT_SID (Twilio:AccountSid) is missing, while other Twilio settings are there. "
                + "Example: AC and 32 hexadecimal digits");
            AddIf(!hasToken, "TWILIO_AUTH_TOKEN (Twilio:AuthToken) is missing, while other Twilio settings are there. "
                + "Copy it from the console's Account Info.");
            AddIf(!options.HasSender, "TWILIO_FROM_NUMBER (Twilio:FromNumber) and TWILIO_MESSAGING_SERVICE_SID "
                + "(Twilio:MessagingServiceSid) are both missing; set one of them. Example: +15005550006");
        }

        AddIf(
            !Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"),
            "TWILIO_BASE_URL (Twilio:BaseUrl) is not an absolute http or https address. Example: https://api.twilio.com");
        // Not an attribute: the generated range check drops its message
        AddIf(
            options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(1),
            "Twilio:Timeout is not between 1 and 60 seconds. Example: 00:00:15");
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void AddIf(bool wrong, string failure)
        {
            if (wrong)
            {
                failures.Add(failure);
            }
        }
    }
}
