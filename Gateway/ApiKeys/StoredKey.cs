using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>A key as it is stored, without its hash.</summary>
internal sealed record StoredKey
{
    public required string Id { get; init; }

    /// <summary>Its place in the order of creation.</summary>
    public long Number { get; init; }

    public required string Prefix { get; init; }

    public required string Name { get; init; }

    public required string[] Scopes { get; init; }

    public string? Plan { get; init; }

    public ApiKeyLimit? Limit { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public string? RevokedBy { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public string? ReplacedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public string StatusAt(DateTimeOffset now) => this switch
    {
        { RevokedAt: not null } => "revoked",
        { ExpiresAt: { } expiry } when expiry <= now => "expired",
        { NotBefore: { } start } when start > now => "not_yet_valid",
        _ => "active",
    };
}
