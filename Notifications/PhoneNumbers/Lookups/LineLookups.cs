using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.PhoneNumbers.Lookups;

/// <summary>Lookups, of which Twilio is asked only what is not known yet.</summary>
internal sealed partial class LineLookups(
    TwilioLookup twilio, LookupStore store, LookupMetrics metrics, IOptions<LookupOptions> options, ILogger<LineLookups> logger)
{
    /// <summary>Whether there is an account to ask by.</summary>
    public bool IsConfigured => twilio.IsConfigured;

    /// <summary>Finds out what kind of line a number is.</summary>
    public async Task<LookupResult> FindAsync(PhoneNumberFacts number, CancellationToken cancellationToken)
    {
        LookupResult? result = await store.FindAsync(number.E164, cancellationToken);
        if (result is null)
        {
            result = await twilio.FindAsync(number.E164, cancellationToken);
            switch (result)
            {
                case LookupResult.Found found:
                    await store.AddAsync(number.E164, found, options.Value.CacheFor, cancellationToken);
                    break;
                case LookupResult.Failed failed:
                    Log.Failed(logger, failed.Reason);
                    break;
            }
        }

        metrics.Count(result);
        return result;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A phone number could not be looked up: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
