using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ProdReady.Webhooks.Audit;

namespace ProdReady.Webhooks.Delivery.Operating;

/// <summary>One destination.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>http</c>, or <c>handler</c> for one inside this service.</param>
/// <param name="Host">The host of its URL.</param>
/// <param name="Subscriptions">What it gets.</param>
/// <param name="State"><c>enabled</c>, <c>disabled</c>, or <c>open</c> while its circuit is open in the process that answers.</param>
/// <param name="Reason">Why it is disabled.</param>
/// <param name="Pending">Events that are still to be delivered.</param>
/// <param name="Dead">Events that were given up.</param>
/// <param name="LastSuccess">When it last took an event.</param>
/// <param name="LastFailure">When it last failed to.</param>
/// <param name="LastError">Why.</param>
internal sealed record DestinationAnswer(
    string Name,
    string Kind,
    string? Host,
    IReadOnlyList<string> Subscriptions,
    string State,
    string? Reason,
    long Pending,
    long Dead,
    DateTimeOffset? LastSuccess,
    DateTimeOffset? LastFailure,
    string? LastError);

/// <summary>
/// Why somebody switches a destination on or off, or discards what waits for it. Any other member is refused: nothing here has a
/// <c>dryRun</c>, and who asks for one must not get the real thing.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class SwitchDestinationRequest
{
    /// <summary>For whoever asks later, 1 to 500 characters.</summary>
    [Required, StringLength(500, MinimumLength = 1), RegularExpression(AuditLog.Text, ErrorMessage = AuditLog.NoText)]
    public string Reason { get; set; } = "";
}

/// <summary>What came of a test event.</summary>
/// <param name="Delivered">Whether it was taken.</param>
/// <param name="Status">The answer's status, if there was an answer.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Response">The first KB of the answer.</param>
internal sealed record DestinationTestAnswer(bool Delivered, int? Status, double DurationMs, string? Error, string? Response);
