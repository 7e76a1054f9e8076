using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Sending;

/// <summary>What happens to a message of which nobody knows whether it was sent, once the provider has been asked.</summary>
public enum UnknownPolicy
{
    /// <summary>It is sent again if the provider's list proves that it was not sent; else it stays unknown.</summary>
    ResendIfProved,

    /// <summary>It is never sent again by itself.</summary>
    Never,

    /// <summary>It is sent again also where the provider cannot be asked: rather twice than not at all.</summary>
    Resend,
}

/// <summary>How messages are sent: <c>Sending</c>.</summary>
public sealed class SendingOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Sending";

    private static readonly TimeSpan LongestFirstLook = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a message without a validity of its own may wait for a chance to be sent, 1 min to 7 days. Default: 10 h, as long as
    /// Twilio's own queue keeps one.
    /// </summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(10);

    /// <summary>
    /// How long after a lost answer the provider's list is complete: a message that it does not show then was not sent. 1 s to
    /// 1 h. Default: 2 min.
    /// </summary>
    public TimeSpan ProofAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>When what has become of a message is asked for the first time, unless the provider has reported it. 1 s to 1 h. Default: 1 min.</summary>
    public TimeSpan FirstCheck { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often messages that need looking after are looked for, 100 ms to 1 min. Default: 1 s.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Countries that messages may go to, by ISO 3166-1 alpha-2 codes, separated by commas. Default: all.</summary>
    public string? Countries { get; set; }

    /// <summary>Segments for one country in a second, above 0 to 100,000, by ISO code, for all senders together. Default: no limit but the senders'.</summary>
    public IDictionary<string, double> CountryRates { get; } = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);

    /// <summary>By kind (<c>code</c>, <c>transaction</c>, <c>bulk</c>): what happens to a message of unknown fate. Default: <c>ResendIfProved</c>.</summary>
    public IDictionary<string, UnknownPolicy> WhenUnknown { get; } = new Dictionary<string, UnknownPolicy>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Days that messages are kept, 3 to 3,650. Default: 90.</summary>
    public int KeepDays { get; set; } = 90;

    /// <summary>When a message of unknown fate is first looked for at the provider.</summary>
    internal TimeSpan FirstLook => ProofAfter < LongestFirstLook ? ProofAfter : LongestFirstLook;

    /// <summary>The policy for a kind.</summary>
    internal UnknownPolicy PolicyFor(MessageKind kind) => WhenUnknown.TryGetValue(kind.Text(), out var policy) ? policy : UnknownPolicy.ResendIfProved;

    /// <summary>The countries, or <see langword="null"/> for all.</summary>
    internal IReadOnlySet<string>? AllowedCountries() => string.IsNullOrWhiteSpace(Countries)
        ? null
        : Countries.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);
}

internal sealed class ValidateSendingOptions(IOptions<TwilioOptions> twilio, IHostEnvironment environment) : IValidateOptions<SendingOptions>
{
    public ValidateOptionsResult Validate(string? name, SendingOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.GiveUpAfter), options.GiveUpAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), "10:00:00");
        Check(nameof(options.ProofAfter), options.ProofAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "00:02:00");
        Check(nameof(options.FirstCheck), options.FirstCheck, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "00:01:00");
        Check(nameof(options.CheckInterval), options.CheckInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), "00:00:01");
        Check(nameof(options.KeepDays), options.KeepDays, 3, 3650, "90");
        AddIf(
            !environment.IsDevelopment() && options.ProofAfter < 2 * twilio.Value.Timeout,
            $"Sending:ProofAfter is {options.ProofAfter}, less than twice Twilio:Timeout ({twilio.Value.Timeout}): a call that is still under way "
            + "would be taken for one that was never made. Example: 00:02:00");
        foreach (var country in options.AllowedCountries() ?? Enumerable.Empty<string>().ToHashSet())
        {
            AddIf(!CountryCodes.Has(country), $"Sending:Countries holds '{country}', which is no country that has phone numbers. Example: NG,GH,US");
        }

        foreach (var (country, rate) in options.CountryRates)
        {
            AddIf(!CountryCodes.Has(country), $"Sending:CountryRates:{country} names no country that has phone numbers. Example: Sending:CountryRates:NG");
            AddIf(rate is not (> 0 and <= 100_000), $"Sending:CountryRates:{country} is {rate}, outside 0 to 100,000 segments a second. Example: 10");
        }

        foreach (var kind in options.WhenUnknown.Keys)
        {
            AddIf(
                kind.ToLowerInvariant() is not ("code" or "transaction" or "bulk"),
                $"Sending:WhenUnknown:{kind} names no kind of message. Use code, transaction or bulk");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Check<T>(string key, T value, T lowest, T highest, string example)
            where T : IComparable<T> =>
            AddIf(
                value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0,
                $"Sending:{key} is {value}, outside {lowest} to {highest}. Example: {example}");

        void AddIf(bool wrong, string failure)
        {
            if (wrong)
            {
                failures.Add(failure);
            }
        }
    }
}
