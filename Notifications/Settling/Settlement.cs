using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Settling;

/// <summary>What an operator has found out of a message of unknown fate, or decides.</summary>
internal enum Finding
{
    /// <summary>It was sent.</summary>
    Sent,

    /// <summary>It was not, and will not be.</summary>
    NotSent,

    /// <summary>It is to be sent again, whatever became of it.</summary>
    Resend,
}

/// <summary>The end that an operator gives to a message of unknown fate.</summary>
/// <param name="Id">The message.</param>
/// <param name="Finding">What of it.</param>
/// <param name="Note">How that is known, in the operator's words.</param>
/// <param name="By">The id of the operator's API key, or <c>admin</c>.</param>
internal sealed record Settlement(Guid Id, Finding Finding, string Note, string By)
{
    /// <summary>The provider's id of it, where it was sent and the id is known.</summary>
    public string? ProviderId { get; init; }

    /// <summary>Which send the operator means; <see langword="null"/> for the last one.</summary>
    public int? Attempt { get; init; }
}

/// <summary>What became of a <see cref="Settlement"/>.</summary>
internal enum SettlementVerdict
{
    /// <summary>It is committed.</summary>
    Settled,

    /// <summary>It was before: nothing was changed.</summary>
    Repeated,

    /// <summary>There is no such message.</summary>
    NoMessage,

    /// <summary>Its fate is not unknown.</summary>
    NotUnknown,

    /// <summary>Another send of it was begun after the one that is meant.</summary>
    OtherAttempt,

    /// <summary>The provider's id is another send's.</summary>
    IdTaken,

    /// <summary>It cannot be sent again: its time is over.</summary>
    Over,
}

/// <summary>The body of <c>POST /notifications/messages/{id}/settle</c>.</summary>
/// <param name="Outcome"><c>sent</c>, <c>not-sent</c> or <c>resend</c>.</param>
/// <param name="ProviderId">With <c>sent</c>: the provider's id of it, such as Twilio's SM..., by which its delivery is asked for.</param>
/// <param name="Note">How that is known, 1 to 500 characters. It is kept with the message.</param>
/// <param name="Attempt">Which send is meant, by the message's <c>attempts</c>: another one is then left alone. Default: the last one.</param>
public sealed record SettleRequest(string? Outcome = null, string? ProviderId = null, string? Note = null, int? Attempt = null)
{
    private const int LongestNote = 500;
    private const int LongestId = 64;
    private static readonly string[] NoSuchField = ["There is no such field."];

    /// <summary>What the body has beyond that. Refused.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Reads it.</summary>
    /// <param name="id">The message.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="settlement">What is asked for, where nothing is wrong.</param>
    /// <returns>The problems by field.</returns>
    internal Dictionary<string, string[]> Read(Guid id, string by, out Settlement settlement)
    {
        var errors = (Unknown?.Keys ?? []).ToDictionary(name => name, _ => NoSuchField);
        if (Findings.Parse(Outcome) is not { } finding)
        {
            finding = default;
            errors["outcome"] = ["The outcome must be sent, not-sent or resend."];
        }
        else if (ProviderId is not null && finding != Finding.Sent)
        {
            errors["providerId"] = ["Only what was sent has a provider's id."];
        }

        if (ProviderId is not null && (ProviderId.Length is 0 or > LongestId || !ProviderId.All(char.IsAsciiLetterOrDigit)))
        {
            errors["providerId"] = [$"The provider's id must be 1 to {LongestId} letters and digits, such as Twilio's SM..."];
        }

        if (string.IsNullOrWhiteSpace(Note) || Note.Length > LongestNote || Note.Contains('\0'))
        {
            errors["note"] = [$"A note of 1 to {LongestNote} characters must say how that is known."];
        }

        settlement = new(id, finding, Note ?? "", by) { ProviderId = ProviderId, Attempt = Attempt };
        return errors;
    }
}

/// <summary>How the database and the API spell a <see cref="Finding"/>.</summary>
internal static class Findings
{
    /// <summary>In the API's words.</summary>
    public static string Text(this Finding finding) => finding switch
    {
        Finding.Sent => "sent",
        Finding.NotSent => "not-sent",
        _ => "resend",
    };

    /// <summary>Reads <see cref="Text"/>; <see langword="null"/> for anything else.</summary>
    public static Finding? Parse(string? text) => text switch
    {
        "sent" => Finding.Sent,
        "not-sent" => Finding.NotSent,
        "resend" => Finding.Resend,
        _ => null,
    };
}
