using System.Text.Json.Serialization;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Messages;

/// <summary>What a message is for. It decides who goes first, and what happens when nobody knows whether it was sent.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MessageKind>))]
public enum MessageKind
{
    /// <summary>A verification code: somebody waits for it, its text is stored encrypted and shown to nobody.</summary>
    [JsonStringEnumMemberName("code")]
    Code,

    /// <summary>What somebody did or must know, such as a transfer. The default.</summary>
    [JsonStringEnumMemberName("transaction")]
    Transaction,

    /// <summary>What may wait, such as a campaign.</summary>
    [JsonStringEnumMemberName("bulk")]
    Bulk,
}

/// <summary>What follows from a kind.</summary>
internal static class MessageKinds
{
    /// <summary>Codes go before transactions, and those before bulk.</summary>
    public static JobPriority Priority(this MessageKind kind) => kind switch
    {
        MessageKind.Code => JobPriority.High,
        MessageKind.Transaction => JobPriority.Normal,
        _ => JobPriority.Low,
    };

    /// <summary>As the database and the API spell it.</summary>
    public static string Text(this MessageKind kind) => kind switch
    {
        MessageKind.Code => "code",
        MessageKind.Transaction => "transaction",
        _ => "bulk",
    };

    /// <summary>Reads <see cref="Text"/>.</summary>
    public static bool TryParse(string text, out MessageKind kind)
    {
        (var known, kind) = text switch
        {
            "code" => (true, MessageKind.Code),
            "transaction" => (true, MessageKind.Transaction),
            "bulk" => (true, MessageKind.Bulk),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>Reads what the database holds.</summary>
    public static MessageKind Parse(string text) =>
        TryParse(text, out var kind) ? kind : throw new ArgumentOutOfRangeException(nameof(text), text, "Not a kind of message.");
}
