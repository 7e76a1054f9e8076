using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Suppressions;

/// <summary>A number that gets no messages from a sender.</summary>
/// <param name="Number">The number, in E.164 form.</param>
/// <param name="Sender">The sender's address, or <c>*</c> for all senders.</param>
/// <param name="Reason"><c>stop</c>, <c>provider</c>, or an operator's words.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="LiftedAt">When it ended; <see langword="null"/> while it holds.</param>
internal sealed record Suppression(string Number, string Sender, string Reason, DateTimeOffset CreatedAt, DateTimeOffset? LiftedAt);

/// <summary>A page of suppressions.</summary>
/// <param name="Suppressions">The suppressions, by number and sender.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <see langword="null"/> if this is the last one.</param>
internal sealed record SuppressionPage(IReadOnlyList<Suppression> Suppressions, string? Next);

/// <summary>The body of <c>POST /notifications/suppressions</c>.</summary>
/// <param name="Number">The number, with country code.</param>
/// <param name="Sender">The sender's address; all senders by default.</param>
/// <param name="Reason">Why, 1 to 200 characters; <c>operator</c> by default.</param>
public sealed record SuppressionRequest(string? Number, string? Sender, string? Reason)
{
    /// <summary>What the body has beyond that. Refused.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }
}
