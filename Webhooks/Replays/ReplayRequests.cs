using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ProdReady.Webhooks.Audit;
using ProdReady.Webhooks.Events;

namespace ProdReady.Webhooks.Replays;

/// <summary>One event, once more.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class ReplayEventRequest
{
    /// <summary>Why, for the audit.</summary>
    [Required, StringLength(500, MinimumLength = 1), RegularExpression(AuditLog.Text, ErrorMessage = AuditLog.NoText)]
    public string Reason { get; set; } = "";

    /// <summary>To these destinations. Default: those that subscribe to it.</summary>
    public IReadOnlyList<string>? Destinations { get; set; }
}

/// <summary>Many events, once more.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class ReplayRequest
{
    /// <summary>Why, for the audit.</summary>
    [Required, StringLength(500, MinimumLength = 1), RegularExpression(AuditLog.Text, ErrorMessage = AuditLog.NoText)]
    public string Reason { get; set; } = "";

    /// <summary>Which events. Required, so that all of them are meant only where that is said: <c>{}</c>.</summary>
    [Required]
    public ReplayFilter? Filter { get; set; }

    /// <summary>To these destinations. Default: those that subscribe to them.</summary>
    public IReadOnlyList<string>? Destinations { get; set; }

    /// <summary>Events a second at most, 1 to 10,000. Default: 100.</summary>
    [Range(1, 10_000)]
    public int Rate { get; set; } = 100;

    /// <summary>Whether to count only.</summary>
    public bool DryRun { get; set; }
}

/// <summary>Which events; what is not given leaves none out. So a misspelt member is refused: it would mean all events.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class ReplayFilter
{
    /// <summary>The source's name.</summary>
    public string? Source { get; set; }

    /// <summary>The sender's type; with <c>*</c> at its end, all types that begin so.</summary>
    public string? Type { get; set; }

    /// <summary>The sender's id.</summary>
    public string? EventId { get; set; }

    /// <summary>What became of it: <c>stored</c>, <c>pending</c>, <c>delivered</c> or <c>dead</c>.</summary>
    public string? Status { get; set; }

    /// <summary>A destination that it went, or goes, to; with a status, that status there.</summary>
    public string? Destination { get; set; }

    /// <summary>Received at this time or later.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Received before this time.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>JSON that the body contains, as text.</summary>
    public string? Contains { get; set; }

    internal EventQuery Query => new()
    {
        Source = Source,
        Type = Type,
        EventId = EventId,
        Status = Status,
        Destination = Destination,
        From = From,
        To = To,
        Contains = Contains,
    };
}
