using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Templates.Placeholders;

namespace ProdReady.Notifications.Templates;

/// <summary>A <c>template.json</c>.</summary>
internal sealed record TemplateDescription
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>What its messages are for: <c>transaction</c> or <c>bulk</c>.</summary>
    public MessageKind Kind { get; init; } = MessageKind.Transaction;

    /// <summary>Whether its messages wait until the recipient's quiet hours are over.</summary>
    public bool QuietHours { get; init; }

    /// <summary>How many segments its longest text may take, whatever is in its places; 1 to 10.</summary>
    public required int MaxSegments { get; init; }

    /// <summary>The locale of those who ask for one that there is no text in.</summary>
    public string DefaultLocale { get; init; } = "en";

    /// <summary>What goes into its places. All of them are required.</summary>
    public required IReadOnlyDictionary<string, Placeholder> Placeholders { get; init; }

    /// <summary>Reads one.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static TemplateDescription Parse(string json) =>
        JsonSerializer.Deserialize<TemplateDescription>(json, Json) ?? throw new JsonException("The document is null.");
}
