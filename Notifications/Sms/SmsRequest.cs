using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Sms;

/// <summary>The body of <c>POST /notifications/sms</c>.</summary>
/// <param name="To">The recipient, with country code. Not annotated as required: in bulk, one without it would refuse all the others.</param>
/// <param name="Body">1 to 1,600 characters; or else a template.</param>
public sealed record SmsRequest(string? To, string? Body)
{
    /// <summary>The template that makes the text, in place of <see cref="Body"/>.</summary>
    public string? Template { get; init; }

    /// <summary>Which version of it; the latest by default.</summary>
    public int? Version { get; init; }

    /// <summary>The values of the template's placeholders.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>The recipient's locale, such as <c>fr</c>; the template's default by default.</summary>
    public string? Locale { get; init; }

    /// <summary><c>code</c>, <c>transaction</c> (default, or the template's own) or <c>bulk</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>When to send it, RFC 3339 with its offset; at once by default.</summary>
    public string? SendAt { get; init; }

    /// <summary>Seconds from then after which it is dropped rather than sent, 1 to 36,000.</summary>
    public long? Validity { get; init; }

    /// <summary>What the body has beyond that. Refused: who asks for a field that we do not know must not get a message without it.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }
}

/// <summary>The body of <c>POST /notifications/sms/bulk</c>.</summary>
/// <param name="Messages">1 to 1,000 messages, each as for <c>POST /notifications/sms</c>; their kind is <c>bulk</c> by default.</param>
/// <remarks>Public, since the validation's source generator passes over internal types without a word.</remarks>
public sealed record BulkRequest(
    [property: Required(ErrorMessage = "Messages are required.")] IReadOnlyList<SmsRequest?>? Messages)
{
    /// <summary>Messages in one request at most.</summary>
    public const int MaxMessages = 1_000;

    /// <summary>What the body has beyond that. Refused.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }
}
