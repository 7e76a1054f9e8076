using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>Makes and ends keys, writes down who did, and lets this gateway know at once; others follow within a second.</summary>
internal sealed partial class KeyIssuer(
    KeyStore store, ApiKeyRing ring, IHostEnvironment host, TimeProvider time, ILogger<KeyIssuer> logger)
{
    public async Task<IssuedKey> CreateAsync(CreateApiKeyRequest request, string by, CancellationToken cancellationToken)
    {
        var issued = IssuedApiKey.Create(request.Environment ?? DefaultEnvironment());
        var stored = await store.AddAsync(
            new()
            {
                Id = issued.Id,
                Prefix = issued.Prefix,
                Name = request.Name!.Trim(),
                Scopes = request.Scopes!,
                Plan = request.Plan,
                Limit = request.Limit is { } limit ? new(limit.Requests, TimeSpan.FromSeconds(limit.WindowSeconds)) : null,
                NotBefore = request.NotBefore?.ToUniversalTime(),
                ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
                CreatedAt = time.GetUtcNow(),
                CreatedBy = by,
            },
            issued.Hash,
            cancellationToken);
        Log.Created(logger, by, stored.Id, string.Join(' ', stored.Scopes), stored.ExpiresAt);
        await ring.RefreshAsync(CancellationToken.None);
        return new(stored, issued.Text);
    }

    /// <returns><see langword="null"/> if the key is none that can be rotated.</returns>
    public async Task<IssuedKey?> RotateAsync(
        string id, RotateApiKeyRequest request, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        IssuedApiKey? issued = null;
        var oldEnd = request.OldKeyEnd(now);
        var stored = await store.ReplaceAsync(
            id,
            old =>
            {
                if (old.ReplacedBy is not null || old.StatusAt(now) is "revoked" or "expired")
                {
                    return null;
                }

                issued = IssuedApiKey.Create(old.Prefix.Split('_')[1]);
                return (Replacement(old, issued, request.NewKeyEnd(old, now), by, now), issued.Hash);
            },
            oldEnd,
            cancellationToken);
        if (stored is null)
        {
            return null;
        }

        Log.Rotated(logger, by, id, stored.Id, oldEnd);
        await ring.RefreshAsync(CancellationToken.None);
        return new(stored, issued!.Text);
    }

    /// <returns><see langword="null"/> if there is no such key.</returns>
    public async Task<StoredKey?> RevokeAsync(string id, string by, CancellationToken cancellationToken)
    {
        var stored = await store.RevokeAsync(id, by, time.GetUtcNow(), cancellationToken);
        if (stored is not null)
        {
            Log.Revoked(logger, by, id);
            await ring.RefreshAsync(CancellationToken.None);
        }

        return stored;
    }

    private static StoredKey Replacement(StoredKey old, IssuedApiKey issued, DateTimeOffset? end, string by, DateTimeOffset at) => new()
    {
        Id = issued.Id,
        Prefix = issued.Prefix,
        Name = old.Name,
        Scopes = old.Scopes,
        Plan = old.Plan,
        Limit = old.Limit,
        NotBefore = old.NotBefore,
        ExpiresAt = end,
        CreatedAt = at,
        CreatedBy = by,
    };

    /// <summary>So that a key of a test system cannot be taken for one of production.</summary>
    private string DefaultEnvironment() => host.IsProduction() ? "live" : host.IsDevelopment() ? "dev" : "test";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Actor} created API key {KeyId} with scopes {Scopes}, expiring {ExpiresAt}")]
        public static partial void Created(ILogger logger, string actor, string keyId, string scopes, DateTimeOffset? expiresAt);

        [LoggerMessage(LogLevel.Information, "{Actor} rotated API key {KeyId} to {NewKeyId}; the old one ends {OldEnd}")]
        public static partial void Rotated(ILogger logger, string actor, string keyId, string newKeyId, DateTimeOffset oldEnd);

        [LoggerMessage(LogLevel.Information, "{Actor} revoked API key {KeyId}")]
        public static partial void Revoked(ILogger logger, string actor, string keyId);
    }
}

/// <summary>A key that was just made.</summary>
/// <param name="Stored">What is stored of it.</param>
/// <param name="Text">The key, which is shown once.</param>
internal sealed record IssuedKey(StoredKey Stored, string Text)
{
    /// <summary>Without the text.</summary>
    public override string ToString() => Stored.Prefix;
}
