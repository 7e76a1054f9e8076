using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Sms;

/// <summary>Who sends, and what is answered to people who ask for help.</summary>
public sealed class SmsOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Sms";

    /// <summary>The value of <see cref="Provider"/> for the accounts at Twilio.</summary>
    internal const string Twilio = "Twilio";

    /// <summary>The value of <see cref="Provider"/> for nobody: the log says what would have been sent.</summary>
    internal const string Log = "Log";

    /// <summary>
    /// Who sends (<c>SMS_PROVIDER</c>): <c>Twilio</c>, or <c>Log</c> for development, which sends nothing. Default: Twilio, if
    /// its account is set.
    /// </summary>
    public string? Provider { get; set; }

    /// <summary>
    /// Whether <c>Log</c> also writes the texts. They hold verification codes and names: only in the Development environment.
    /// </summary>
    public bool LogText { get; set; }

    /// <summary>What HELP is answered with, up to 1,600 characters. Default: nothing, since a messaging service answers by itself.</summary>
    public string? HelpText { get; set; }
}

/// <summary>Checks the choice of provider.</summary>
internal sealed class ValidateSmsOptions(IHostEnvironment environment, IConfiguration configuration) : IValidateOptions<SmsOptions>
{
    private const int LongestText = 1600;

    public ValidateOptionsResult Validate(string? name, SmsOptions options)
    {
        var failures = new List<string>();
        if (options.Provider is { Length: > 0 } && !Is(options, SmsOptions.Twilio) && !Is(options, SmsOptions.Log))
        {
            failures.Add($"SMS_PROVIDER (Sms:Provider) is '{options.Provider}'; it must be Twilio or Log. Example: Twilio");
        }

        // Half an account is reported by the account's own validation
        if (Is(options, SmsOptions.Twilio) && string.IsNullOrEmpty(configuration[$"{TwilioOptions.SectionName}:{nameof(TwilioOptions.AccountSid)}"]))
        {
            failures.Add($"SMS_PROVIDER (Sms:Provider) is Twilio, but no account is set. Set {TwilioOptions.RequiredSettings}.");
        }

        if (Is(options, SmsOptions.Log) && environment.IsProduction())
        {
            failures.Add("SMS_PROVIDER (Sms:Provider) is Log, which sends nothing, in the Production environment. Example: Twilio");
        }

        if (options.LogText && !environment.IsDevelopment())
        {
            failures.Add("Sms:LogText writes codes and names into the log; it is for the Development environment only. Example: false");
        }

        if (options.HelpText?.Length > LongestText)
        {
            failures.Add($"Sms:HelpText has {options.HelpText.Length} characters; {LongestText} is the most. "
                + "Example: Example Ltd: call +15005550006. Reply STOP to end.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static bool Is(SmsOptions options, string provider) =>
        string.Equals(options.Provider, provider, StringComparison.OrdinalIgnoreCase);
}
