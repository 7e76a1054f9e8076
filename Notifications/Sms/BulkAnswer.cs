using System.Text.Json.Serialization;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Sms;

/// <summary>The answer to <c>POST /notifications/sms/bulk</c>.</summary>
/// <param name="Messages">What became of each message, in the order of the request.</param>
internal sealed record BulkAnswer(IReadOnlyList<BulkOutcome> Messages);

/// <summary>What became of one message of many.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Outcome"><c>accepted</c>, <c>replayed</c>, <c>conflict</c>, <c>suppressed</c> or <c>invalid</c>.</param>
internal sealed record BulkOutcome(int Index, string Outcome)
{
    /// <summary>The message's id, where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }

    /// <summary>The recipient in E.164 form, where there is a message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? To { get; init; }

    /// <summary>Why there is none, by field.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>One that cannot be sent as it is.</summary>
    public static BulkOutcome Invalid(int index, IReadOnlyDictionary<string, string[]> errors) => new(index, "invalid") { Errors = errors };

    /// <summary>One that was handed in.</summary>
    public static BulkOutcome Of(int index, AcceptedMessage accepted) => accepted.Acceptance switch
    {
        Acceptance.Accepted => new(index, "accepted") { Id = accepted.Message?.Id, To = accepted.Message?.To },
        Acceptance.Replayed => new(index, "replayed") { Id = accepted.EarlierId, To = accepted.Message?.To },
        Acceptance.Conflict => new(index, "conflict")
        {
            Id = accepted.EarlierId,
            Errors = Because(IdempotencyKeys.Header, "This Idempotency-Key was sent with other content before."),
        },
        Acceptance.Suppressed => new(index, "suppressed")
        {
            Errors = Because("to", accepted.Reason ?? "The recipient has opted out of messages from this sender."),
        },
        _ => Invalid(index, Because("to", accepted.Reason ?? "The provider has said for good that this number takes no messages.")),
    };

    private static Dictionary<string, string[]> Because(string field, string reason) => new() { [field] = [reason] };
}
