using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.PhoneNumbers.Lookups;

/// <summary>Twilio Lookup, which knows what kind of line a number really is. By the account of <c>TWILIO_ACCOUNT_SID</c>.</summary>
public sealed class LookupOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Lookup";

    /// <summary>Where Twilio's Lookup API is (<c>TWILIO_LOOKUP_BASE_URL</c>).</summary>
    [SuppressMessage("Design", "CA1056:URI-like properties should not be strings", Justification = "Validated with the rest")]
    public string BaseUrl { get; set; } = "https://lookups.twilio.com";

    /// <summary>How long an answer is kept, 1 minute to 365 days. Default: 30 days.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a question may take, 1 s to 30 s; two are tried in twice the time. Default: 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}

internal sealed class ValidateLookupOptions : IValidateOptions<LookupOptions>
{
    private static readonly TimeSpan ShortestCache = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestCache = TimeSpan.FromDays(365);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    public ValidateOptionsResult Validate(string? name, LookupOptions options)
    {
        var failures = new List<string>();
        if (!Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            failures.Add("TWILIO_LOOKUP_BASE_URL (Lookup:BaseUrl) is not an absolute http or https address. Example: https://lookups.twilio.com");
        }

        if (options.CacheFor < ShortestCache || options.CacheFor > LongestCache)
        {
            failures.Add($"Lookup:CacheFor is {options.CacheFor:c}; it must be 1 minute to 365 days. Example: 30.00:00:00");
        }

        if (options.Timeout < ShortestTimeout || options.Timeout > LongestTimeout)
        {
            failures.Add($"Lookup:Timeout is {options.Timeout:c}; it must be 1 to 30 seconds. Example: 00:00:05");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
