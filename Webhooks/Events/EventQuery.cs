using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Webhooks.Events;

/// <summary>
/// Which events a caller means, in the query string of a search or the body of a replay; what is not given leaves none out. So a
/// misspelt member of a body is refused: it would mean all events.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EventQuery
{
    /// <summary>The source's name.</summary>
    public string? Source { get; init; }

    /// <summary>The sender's type; with <c>*</c> at its end, all types that begin so.</summary>
    public string? Type { get; init; }

    /// <summary>The sender's id.</summary>
    public string? EventId { get; init; }

    /// <summary>What became of it: <c>stored</c>, <c>pending</c>, <c>delivered</c> or <c>dead</c>.</summary>
    public string? Status { get; init; }

    /// <summary>A destination that it went, or goes, to; with a status, that status there.</summary>
    public string? Destination { get; init; }

    /// <summary>Received at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>JSON that the body contains, as text.</summary>
    public string? Contains { get; init; }

    /// <summary>The filter, and what is wrong with it by the parameter's name.</summary>
    internal (EventFilter Filter, Dictionary<string, string[]> Errors) Read()
    {
        var errors = new Dictionary<string, string[]>();
        EventStatus? status = null;
        if (Status is not null)
        {
            if (Enum.TryParse<EventStatus>(Status, ignoreCase: true, out var known) && !int.TryParse(Status, NumberStyles.Integer, CultureInfo.InvariantCulture, out _))
            {
                status = known;
            }
            else
            {
                errors["status"] = ["Use stored, pending, delivered or dead."];
            }
        }

        if (Contains is not null && !IsJson(Contains))
        {
            errors["contains"] = ["It is not JSON. Example: {\"data\":{\"object\":{\"customer\":\"cus_1\"}}}"];
        }

        if (From >= To)
        {
            errors["to"] = ["It is not after from."];
        }

        foreach (var (name, value) in new[] { ("source", Source), ("type", Type), ("eventId", EventId), ("destination", Destination), ("contains", Contains) })
        {
            if (value?.Contains('\0', StringComparison.Ordinal) == true)
            {
                errors[name] = ["It holds a NUL character, which nothing in the inbox does."];
            }
        }

        return (new()
        {
            Source = Source?.ToLowerInvariant(),
            Type = Type,
            EventId = EventId,
            Status = status,
            Destination = Destination,
            From = From,
            To = To,
            Contains = Contains,
        }, errors);
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            // What Postgres cannot hold, no body that it has indexed contains
            return !text.Contains("\\u0000", StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
