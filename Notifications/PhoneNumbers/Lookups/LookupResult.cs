namespace ProdReady.Notifications.PhoneNumbers.Lookups;

/// <summary>A line, as its carrier says.</summary>
/// <param name="Type">Twilio's word: <c>mobile</c>, <c>landline</c>, <c>fixedVoip</c>, <c>nonFixedVoip</c>, <c>tollFree</c>, ...; more may come.</param>
/// <param name="Carrier">The carrier's name.</param>
/// <param name="MobileCountryCode">ITU-T E.212.</param>
/// <param name="MobileNetworkCode">ITU-T E.212.</param>
internal sealed record LineFacts(string? Type, string? Carrier, string? MobileCountryCode, string? MobileNetworkCode);

/// <summary>What came of a lookup.</summary>
internal abstract record LookupResult
{
    private LookupResult()
    {
    }

    /// <summary>The carrier's facts.</summary>
    /// <param name="Line">The facts.</param>
    /// <param name="At">When Twilio said so.</param>
    /// <param name="WasCached">Whether that was an earlier answer.</param>
    internal sealed record Found(LineFacts Line, DateTimeOffset At, bool WasCached) : LookupResult;

    /// <summary>There is no answer.</summary>
    /// <param name="Reason">A sentence for the developer, without the number.</param>
    internal sealed record Failed(string Reason) : LookupResult;
}
