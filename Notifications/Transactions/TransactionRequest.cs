using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Transactions;

/// <summary>The body of <c>POST /notifications/transactions</c>.</summary>
/// <param name="To">The recipient, with country code.</param>
/// <param name="Type">The template.</param>
/// <param name="Version">Its version. Default: the latest.</param>
/// <param name="Data">The values of the template's placeholders.</param>
/// <param name="Locale">The recipient's, such as <c>fr-CI</c>. Default: the template's.</param>
/// <param name="SendAt">When to send it, with its offset from UTC, at most 35 days ahead. Default: at once.</param>
/// <param name="Validity">After how many seconds, counted from when it is to be sent, it is dropped rather than sent; 1 to 36,000.</param>
public sealed record TransactionRequest(
    string? To = null,
    string? Type = null,
    int? Version = null,
    JsonElement? Data = null,
    string? Locale = null,
    string? SendAt = null,
    long? Validity = null)
{
    /// <summary>What the body has beyond that. Refused: who writes <c>sentAt</c> must not get a message sent now.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>The same, as what an SMS is made of.</summary>
    internal SmsRequest ToSms() => new(To, null)
    {
        // Not null: without a template an SMS has a body
        Template = Type ?? "",
        Version = Version,
        Data = Data,
        Locale = Locale,
        SendAt = SendAt,
        Validity = Validity,
        Unknown = Unknown,
    };
}
