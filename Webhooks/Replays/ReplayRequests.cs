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
    public EventQuery? Filter { get; set; }

    /// <summary>To these destinations. Default: those that subscribe to them.</summary>
    public IReadOnlyList<string>? Destinations { get; set; }

    /// <summary>Events a second at most, 1 to 10,000. Default: 100.</summary>
    [Range(1, 10_000)]
    public int Rate { get; set; } = 100;

    /// <summary>Whether to count only.</summary>
    public bool DryRun { get; set; }
}
