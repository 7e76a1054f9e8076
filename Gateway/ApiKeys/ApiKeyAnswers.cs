using System.Text.Json.Serialization;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>A key as its operators see it.</summary>
internal record ApiKeyAnswer(
    string Id,
    string Prefix,
    string Status,
    string Name,
    IReadOnlyList<string> Scopes,
    string? Plan,
    LimitBody? Limit,
    DateTimeOffset? NotBefore,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    string? RevokedBy,
    DateTimeOffset? LastUsedAt,
    string? ReplacedBy,
    DateTimeOffset CreatedAt,
    string CreatedBy)
{
    /// <summary>The key itself; only in the answer that its maker gets.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public static ApiKeyAnswer Of(StoredKey key, DateTimeOffset now, string? text = null) => new(
        key.Id,
        key.Prefix,
        key.StatusAt(now),
        key.Name,
        key.Scopes,
        key.Plan,
        key.Limit is { } limit ? new(limit.Requests, (int)limit.Window.TotalSeconds) : null,
        key.NotBefore,
        key.ExpiresAt,
        key.RevokedAt,
        key.RevokedBy,
        key.LastUsedAt,
        key.ReplacedBy,
        key.CreatedAt,
        key.CreatedBy)
    {
        Key = text,
    };
}

/// <summary>Some keys, the youngest first.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Next">The <c>cursor</c> of those after them, if there are any.</param>
internal sealed record ApiKeyPage(IReadOnlyList<ApiKeyAnswer> Keys, string? Next);
