using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Finds the messages that an account sent to a number, where the answer to a send was lost.</summary>
internal static class TwilioSearch
{
    /// <summary>How far Twilio's clock may be behind the database's: a message that is passed over would be sent again.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(15);

    /// <summary>Twilio's largest.</summary>
    private const int PageSize = 1_000;

    /// <summary>20,000 messages to one number since then: more is not a search but a mistake.</summary>
    private const int MaxPages = 20;

    /// <summary>Lists them, the newest first.</summary>
    public static async Task<LookUpResult> FindAsync(
        this ITwilioMessages messages, SentSearch search, CancellationToken cancellationToken)
    {
        // What a messaging service sent comes from a number of its pool
        var service = TwilioSenders.TypeOf(search.Sender) is SenderType.MessagingService ? search.Sender : null;
        var all = new TwilioListing { To = search.To, From = service is null ? search.Sender : null, PageSize = PageSize };
        var found = new Dictionary<string, TwilioMessage>();
        TwilioListing[] listings =
        [
            // The filter is by day, and by Twilio's clock
            all with { SentFrom = DateOnly.FromDateTime(search.CreatedFrom.UtcDateTime).AddDays(-1) },
            // Messages that wait in Twilio's queue have no date yet, and may be left out by a filter on it
            all,
        ];
        var from = search.CreatedFrom - Skew;
        foreach (var listing in listings)
        {
            if (await ReadAsync(messages, listing, from, found, cancellationToken) is { } failure)
            {
                return failure;
            }
        }

        return new LookUpResult.Found(
        [
            .. found.Values
                .Where(message => service is null || message.MessagingServiceSid == service)
                .Where(message => message.Direction?.StartsWith("inbound", StringComparison.Ordinal) is not true)
                .Select(TwilioProviderMessage.Of)
                // One without a readable date might be it
                .Where(message => message.CreatedAt is null || message.CreatedAt >= from)
                .OrderByDescending(message => message.CreatedAt),
        ]);
    }

    /// <summary>Why an answer is no answer.</summary>
    public static LookUpResult.Failed FailureOf(TwilioResult result) => result switch
    {
        TwilioResult.Rejected rejected => new(
            TwilioErrors.OnCreate(rejected.HttpStatus, rejected.Code, rejected.Message, null).Message, rejected.RetryAfter),
        TwilioResult.NotSent notSent => new(notSent.Reason, notSent.RetryAfter),
        TwilioResult.Unknown unknown => new(unknown.Reason, null),
        _ => throw new InvalidOperationException($"{result.GetType().Name} is no failure."),
    };

    /// <summary>Follows the pages until one has only messages from before <paramref name="from"/>: Twilio lists the newest first.</summary>
    private static async Task<LookUpResult.Failed?> ReadAsync(
        ITwilioMessages messages,
        TwilioListing listing,
        DateTimeOffset from,
        Dictionary<string, TwilioMessage> found,
        CancellationToken cancellationToken)
    {
        var page = listing;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var result = await messages.ListAsync(page, cancellationToken);
            if (result is not TwilioResult.Listed listed)
            {
                return FailureOf(result);
            }

            foreach (var message in listed.Messages.Where(message => message.Sid is { Length: > 0 }))
            {
                found[message.Sid!] = message;
            }

            if (listed.NextPageUri is not { } next
                || (listed.Messages.Count > 0
                    && listed.Messages.All(message => TwilioProviderMessage.TimeOf(message.DateCreated) < from)))
            {
                return null;
            }

            page = listing with { PageUri = next };
        }

        // Not found within the bound is not the same as not sent
        return new("There are more messages to this number than are looked through.", null);
    }
}
