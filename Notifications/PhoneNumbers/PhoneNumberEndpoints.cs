using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers.Lookups;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Suppressions;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.PhoneNumbers;

/// <summary><c>GET /notifications/phone-numbers/{number}</c>.</summary>
internal static class PhoneNumberEndpoints
{
    /// <summary>Nobody has more senders.</summary>
    private const int MostSenders = 1_000;

    private const string Path = "/notifications/phone-numbers";

    public static void MapPhoneNumbers(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet($"{Path}/{{number}}", GetAsync)
            .WithSummary("What is known of a phone number")
            .WithDescription(
                "A number that is none is a 200 with valid: false and the reason. With lookup=true Twilio Lookup is asked for the line's real "
                + "type and carrier, which is billed; its answers are kept. If it does not answer, lookup.error says why.")
            .RequireScope(MessageEndpoints.ReadScope)
            .AnswerWhileDatabaseIsAway("Repeat the request: it changes nothing.");

    private static async Task<Results<Ok<PhoneNumberAnswer>, ProblemHttpResult>> GetAsync(
        string number,
        LineLookups lookups,
        SuppressionStore suppressions,
        RefusedNumberStore refusals,
        CancellationToken cancellationToken,
        bool lookup = false)
    {
        // Traces are for more eyes than numbers are
        Activity.Current?.SetTag("url.path", $"{Path}/{MaskedNumber.Of(number)}");
        if (lookup && !lookups.IsConfigured)
        {
            return NotConfigured();
        }

        if (!PhoneNumberFacts.TryParse(number, out var facts, out var reason))
        {
            return TypedResults.Ok(new PhoneNumberAnswer(false, reason));
        }

        var suppressed = (await suppressions.ListAsync(facts.E164, null, MostSenders, cancellationToken))
            .Where(suppression => suppression.LiftedAt is null)
            .Select(suppression => new SuppressionAnswer(suppression.Sender, suppression.Reason, suppression.CreatedAt))
            .ToList();
        return TypedResults.Ok(new PhoneNumberAnswer(
            true,
            null,
            facts.E164,
            facts.Country,
            facts.Type.ToString().ToLowerInvariant(),
            facts.MayBeMobile,
            facts.TimeZones,
            suppressed.Count > 0,
            suppressed,
            await refusals.FindAsync(facts.E164, cancellationToken),
            lookup ? LookupAnswer.Of(await lookups.FindAsync(facts, cancellationToken)) : null));
    }

    private static ProblemHttpResult NotConfigured() => TypedResults.Problem(
        title: "Twilio Lookup is not configured",
        detail: $"The service has no Twilio account to look numbers up by. Set {TwilioLookup.RequiredSettings}, and start it again; "
            + "or ask without lookup=true.",
        statusCode: StatusCodes.Status503ServiceUnavailable);
}
