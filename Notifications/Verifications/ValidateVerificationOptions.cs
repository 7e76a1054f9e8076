using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Pricing;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Verifications;

internal sealed partial class ValidateVerificationOptions(IOptions<PriceOptions> prices) : IValidateOptions<VerificationOptions>
{
    private const int LongestAppName = 30;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, VerificationOptions options)
    {
        var failures = new List<string>();
        if (NamedKeys.TryRead(options.Keys, out _) is { } problem)
        {
            failures.Add($"VERIFICATION_KEYS (Verifications:Keys) {problem}. Example: 2026-11:$(openssl rand -base64 32)");
        }

        Check("AppName", options.AppName, options.AppName is null || AppName().IsMatch(options.AppName), $"1 to {LongestAppName} characters without braces or line ends", "Acme");
        Check("WebOtpDomain", options.WebOtpDomain, options.WebOtpDomain is null || Domain().IsMatch(options.WebOtpDomain), "a domain in lower case", "example.com");
        Between("CodeLength", options.CodeLength, VerificationCode.Shortest, VerificationCode.Longest, 6);
        Span("Validity", options.Validity, Minute, 10 * Minute, "00:10:00");
        Between("MaxAttempts", options.MaxAttempts, 1, 10, 5);
        Span("CoolDown", options.CoolDown, TimeSpan.FromSeconds(10), 10 * Minute, "00:01:00");
        Between("PerNumberAndDay", options.PerNumberAndDay, 1, 100, 10);
        Between("PerClientIpAndHour", options.PerClientIpAndHour, 1, 10_000, 15);
        foreach (var country in (options.AllowedCountries() ?? new HashSet<string>()).Where(country => !CountryCodes.Has(country)))
        {
            failures.Add($"Verifications:Countries holds '{country}', which is no country that has phone numbers. Example: NG,GH,US");
        }

        Check("DailySpendCap", options.DailySpendCap, options.DailySpendCap is null or > 0, "more than 0", "50");
        if (options.DailySpendCap is not null && !prices.Value.Prices.ContainsKey(PriceOptions.Default))
        {
            failures.Add(
                "Verifications:DailySpendCap is set, while Sms:Prices:default is not: codes to countries without a price would not count. "
                + "Example: Sms:Prices:default=0.10");
        }

        Check("Conversion:Minimum", options.Conversion.Minimum, options.Conversion.Minimum is >= 0 and <= 1, "0 to 1", "0.1");
        Between("Conversion:PrefixSends", options.Conversion.PrefixSends, 5, 100_000, 20);
        Check(
            "Conversion:CountrySends", options.Conversion.CountrySends, options.Conversion.CountrySends is 0 or >= 5 and <= 100_000,
            "0, or 5 to 100000", "200");
        Span("Conversion:Grace", options.Conversion.Grace, TimeSpan.Zero, 10 * Minute, "00:02:00");
        Span("Conversion:BlockDuration", options.Conversion.BlockDuration, Minute, TimeSpan.FromDays(7), "01:00:00");
        Between("RetentionDays", options.RetentionDays, 2, 365, 7);
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Between(string key, int value, int lowest, int highest, int example) =>
            Check(key, value, value >= lowest && value <= highest, $"{lowest} to {highest}", $"{example}");

        void Span(string key, TimeSpan value, TimeSpan lowest, TimeSpan highest, string example) =>
            Check(key, value, value >= lowest && value <= highest, $"{lowest:c} to {highest:c}", example);

        void Check(string key, object? value, bool fits, string range, string example)
        {
            if (!fits)
            {
                failures.Add(FormattableString.Invariant(
                    $"{VerificationOptions.SectionName}:{key} is '{value}'; it must be {range}. Example: {example}"));
            }
        }
    }

    [GeneratedRegex(@"\A[^{}\r\n\p{C}]{1,30}\z")]
    private static partial Regex AppName();

    [GeneratedRegex(@"\A[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+\z")]
    private static partial Regex Domain();
}
