using Microsoft.AspNetCore.Mvc;
using ProdReady.Notifications.PhoneNumbers;

namespace ProdReady.Notifications.Messages;

/// <summary>Which messages a caller wants to see; what is not given is not asked for.</summary>
internal sealed class MessageQuery
{
    /// <summary>To this number.</summary>
    [FromQuery]
    public string? To { get; init; }

    /// <summary>In this state.</summary>
    [FromQuery]
    public string? Status { get; init; }

    /// <summary>Of this kind.</summary>
    [FromQuery]
    public string? Kind { get; init; }

    /// <summary>To numbers of this country, ISO 3166-1 alpha-2.</summary>
    [FromQuery]
    public string? Country { get; init; }

    /// <summary>Of this template with its version, such as <c>transfer-sent@1</c>.</summary>
    [FromQuery]
    public string? Template { get; init; }

    /// <summary>With this id at the provider.</summary>
    [FromQuery]
    public string? ProviderId { get; init; }

    /// <summary>With this error code of the provider's.</summary>
    [FromQuery]
    public int? ErrorCode { get; init; }

    /// <summary>Accepted at this time or later, RFC 3339.</summary>
    [FromQuery]
    public string? From { get; init; }

    /// <summary>Accepted before this time, RFC 3339.</summary>
    [FromQuery]
    public string? Until { get; init; }

    /// <summary>The filter, and the problems by field.</summary>
    public (MessageFilter Filter, Dictionary<string, string[]> Errors) Read()
    {
        var errors = new Dictionary<string, string[]>();
        string? number = null;
        if (To is not null)
        {
            if (PhoneNumberFacts.TryParse(To, out var facts, out var reason))
            {
                number = facts.E164;
            }
            else
            {
                errors["to"] = [reason];
            }
        }

        MessageKind? kind = null;
        if (Kind is not null)
        {
            if (MessageKinds.TryParse(Kind, out var known))
            {
                kind = known;
            }
            else
            {
                errors["kind"] = ["The kind must be code, transaction or bulk."];
            }
        }

        if (Status is not null && !MessageStatus.All.Contains(Status))
        {
            errors["status"] = [$"The state must be one of {string.Join(", ", MessageStatus.All)}."];
        }

        if (Country is not null && !CountryCodes.Has(Country))
        {
            errors["country"] = ["This is no country that has phone numbers. Example: NG"];
        }

        if (Template?.Contains('\0') == true || ProviderId?.Contains('\0') == true)
        {
            errors[Template?.Contains('\0') == true ? "template" : "providerId"] = ["It has a NUL character."];
        }

        return (
            new(number, Status, kind, Country?.ToUpperInvariant(), Template, ProviderId, ErrorCode, Time("from", From, errors), Time("until", Until, errors)),
            errors);
    }

    private static DateTimeOffset? Time(string field, string? text, Dictionary<string, string[]> errors)
    {
        if (text is null)
        {
            return null;
        }

        if (Rfc3339.TryParse(text, out var time))
        {
            return time;
        }

        errors[field] = ["This is not a time with its offset from UTC. Example: 2026-12-24T09:00:00Z"];
        return null;
    }
}

/// <summary>A page of messages, the newest first.</summary>
/// <param name="Messages">The messages, without their timelines.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <see langword="null"/> if this is the last one.</param>
internal sealed record MessagePage(IReadOnlyList<Message> Messages, string? Next);
