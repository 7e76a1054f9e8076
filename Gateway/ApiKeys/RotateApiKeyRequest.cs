using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>The body of <c>POST /admin/api-keys/{id}/rotate</c>, which may be absent.</summary>
/// <param name="OldKeyValidUntil">When the old key ends; in 24 hours if not given. A time that is past ends it at once.</param>
/// <param name="ExpiresAt">When the new key ends; if not given, after as long a time as the old one's was.</param>
internal sealed record RotateApiKeyRequest(DateTimeOffset? OldKeyValidUntil = null, DateTimeOffset? ExpiresAt = null)
{
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(30);

    /// <summary>What the body has beyond that.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    public Dictionary<string, string[]> Validate(DateTimeOffset now)
    {
        var errors = new Dictionary<string, string[]>();
        if (OldKeyValidUntil > now + LongestOverlap)
        {
            errors["oldKeyValidUntil"] = [$"The old key may stay valid for {LongestOverlap.TotalDays} days."];
        }

        if (ExpiresAt <= now)
        {
            errors["expiresAt"] = ["A key must expire in the future."];
        }

        foreach (var name in Unknown?.Keys ?? [])
        {
            errors[name] = ["There is no such field."];
        }

        return errors;
    }

    /// <summary>When the old key ends.</summary>
    public DateTimeOffset OldKeyEnd(DateTimeOffset now) => (OldKeyValidUntil ?? now + DefaultOverlap).ToUniversalTime();

    /// <summary>When the new key ends, if ever: a key for 90 days becomes another one for 90 days.</summary>
    public DateTimeOffset? NewKeyEnd(StoredKey old, DateTimeOffset now)
    {
        if (ExpiresAt is not null || old.ExpiresAt is not { } oldEnd)
        {
            return ExpiresAt?.ToUniversalTime();
        }

        var start = old.NotBefore > old.CreatedAt ? old.NotBefore.Value : old.CreatedAt;
        var newStart = old.NotBefore > now ? old.NotBefore.Value : now;
        var life = oldEnd - start;
        return life < DateTimeOffset.MaxValue - newStart ? newStart + life : DateTimeOffset.MaxValue.ToUniversalTime();
    }
}
