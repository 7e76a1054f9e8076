using ProdReady.Notifications.PhoneNumbers.Lookups;

namespace ProdReady.Notifications.PhoneNumbers;

/// <summary>What is known of a phone number.</summary>
/// <param name="Valid">Whether it is a number that its country assigns.</param>
/// <param name="Reason">Why it is not.</param>
/// <param name="E164">In E.164 form.</param>
/// <param name="Country">The country, ISO 3166-1 alpha-2.</param>
/// <param name="Type">By its numbering plan: <c>mobile</c>, <c>fixed_line</c>, <c>fixed_line_or_mobile</c>, <c>toll_free</c>, ...</param>
/// <param name="MayBeMobile">Whether messages to it are accepted, by its type.</param>
/// <param name="TimeZones">The IANA names of the time zones that it may be in; none if that is not known.</param>
/// <param name="Suppressed">Whether it wants no messages from at least one sender.</param>
/// <param name="Suppressions">From which.</param>
/// <param name="Refused">What a provider said, if it refuses the number for good.</param>
/// <param name="Lookup">What Twilio Lookup says, if that was asked for.</param>
internal sealed record PhoneNumberAnswer(
    bool Valid,
    string? Reason,
    string? E164 = null,
    string? Country = null,
    string? Type = null,
    bool MayBeMobile = false,
    IReadOnlyList<string>? TimeZones = null,
    bool Suppressed = false,
    IReadOnlyList<SuppressionAnswer>? Suppressions = null,
    RefusedNumberAnswer? Refused = null,
    LookupAnswer? Lookup = null);

/// <summary>A sender that a number wants no messages from.</summary>
/// <param name="Sender">The sender; <c>*</c> for all.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
internal sealed record SuppressionAnswer(string Sender, string Reason, DateTimeOffset Since);

/// <summary>A provider's refusal.</summary>
/// <param name="Code">The provider's code.</param>
/// <param name="Reason">The provider's sentence.</param>
/// <param name="At">When.</param>
internal sealed record RefusedNumberAnswer(int? Code, string Reason, DateTimeOffset At);

/// <summary>What Twilio Lookup says; all but <paramref name="Error"/> is absent if it says nothing.</summary>
/// <param name="LineType">Twilio's word: <c>mobile</c>, <c>landline</c>, <c>nonFixedVoip</c>, ...</param>
/// <param name="Carrier">The carrier's name.</param>
/// <param name="MobileCountryCode">ITU-T E.212.</param>
/// <param name="MobileNetworkCode">ITU-T E.212.</param>
/// <param name="At">When Twilio said so.</param>
/// <param name="Cached">Whether that was an earlier answer.</param>
/// <param name="Error">Why there is no answer.</param>
internal sealed record LookupAnswer(
    string? LineType, string? Carrier, string? MobileCountryCode, string? MobileNetworkCode, DateTimeOffset? At, bool Cached, string? Error)
{
    public static LookupAnswer Of(LookupResult result) => result switch
    {
        LookupResult.Found { Line: var line } found =>
            new(line.Type, line.Carrier, line.MobileCountryCode, line.MobileNetworkCode, found.At, found.WasCached, null),
        LookupResult.Failed failed => new(null, null, null, null, null, false, failed.Reason),
        _ => throw new InvalidOperationException($"An unexpected result: {result}."),
    };
}
