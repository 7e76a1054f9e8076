using System.Diagnostics.Metrics;

namespace ProdReady.Notifications.PhoneNumbers.Lookups;

/// <summary>How often Twilio was asked: each answer of <c>found</c> is billed.</summary>
internal sealed class LookupMetrics
{
    private const string Tag = "outcome";

    private readonly Counter<long> _lookups;

    public LookupMetrics(IMeterFactory factory)
    {
        _lookups = factory.Create(NotificationsMeter.Name).CreateCounter<long>(
            "prodready.phone_numbers.lookups", "{lookup}", "Lookups of phone numbers, by outcome");
        foreach (var outcome in (string[])["found", "cached", "failed"])
        {
            _lookups.Add(0, new KeyValuePair<string, object?>(Tag, outcome));
        }
    }

    public void Count(LookupResult result) => _lookups.Add(1, new KeyValuePair<string, object?>(Tag, result switch
    {
        LookupResult.Found { WasCached: true } => "cached",
        LookupResult.Found => "found",
        _ => "failed",
    }));
}
